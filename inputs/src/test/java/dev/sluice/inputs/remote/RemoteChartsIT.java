package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.remote.ChartServer.Reply;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.platform.process.MovedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts from a repository with an index, over HTTP. */
class RemoteChartsIT {

  /** Waiting time that no download reaches, not even on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String INDEX = "/stable/index.yaml";
  private static final String ARCHIVE = "/stable/cache-1.2.3.tgz";
  private static final String SECRET = "reader:s3cret-word";

  @TempDir Path directory;
  private final MovedClock clock = new MovedClock();
  private ChartServer server;
  private Mirrors mirrors;
  private FetchedRemotes remotes;
  private byte[] cache;

  @BeforeEach
  void start() throws IOException {
    server = ChartServer.start();
    mirrors = new Mirrors(directory, Clock.systemUTC());
    remotes = FetchedRemotes.within(directory, mirrors, PATIENCE, clock);
    cache = ChartPackage.of("cache", "1.2.3").bytes();
    server.page(INDEX, index("cache-1.2.3.tgz", Sha256.of(cache))).page(ARCHIVE, Reply.ok(cache));
  }

  @AfterEach
  void stop() {
    remotes.close();
    mirrors.close();
    server.close();
  }

  @Test
  void downloadsAChartByTheIndex() throws Exception {
    SourceTree chart = chart();

    assertThat(chart.list("").stream().map(TreeEntry::path))
        .containsExactly("Chart.yaml", "templates");
    TreeEntry map = chart.entry("templates/map.yaml").orElseThrow();
    assertThat(chart.read(map, 100)).asString(UTF_8).isEqualTo("kind: ConfigMap\n");
    assertThat(map.objectId())
        .as("as git hash-object has it")
        .isEqualTo("51a34c6243e883df966c87100f12cddff0f6d3fd");
  }

  @Test
  void aChartIsKeptPermanently() throws Exception {
    chart();
    chart();
    server.close();
    restart();

    assertThat(chart().entry("Chart.yaml")).isPresent();
    assertThat(server.received(ARCHIVE)).isEqualTo(1);
  }

  @Test
  void aDamagedArchiveIsDownloadedAgain() throws Exception {
    chart();
    Path kept = kept().getFirst();
    byte[] bytes = Files.readAllBytes(kept);
    bytes[bytes.length / 2] ^= 1;
    Files.write(kept, bytes);
    restart();

    assertThat(chart().entry("Chart.yaml")).isPresent();
    assertThat(server.received(ARCHIVE)).isEqualTo(2);
    assertThat(kept()).hasSize(1);
    assertThat(Files.readAllBytes(kept().getFirst())).isEqualTo(cache);
  }

  @Test
  void chartsDifferByRepositoryNameAndVersion() {
    assertThat(
            Stream.of(
                    new ChartId("https://a", "b", "1.0.0"),
                    new ChartId("https://a/b", "b", "1.0.0"),
                    new ChartId("https://a", "b-1.0.0", "1.0.0"),
                    new ChartId("https://a", "b", "1.0.0-1.0.0"),
                    new ChartId("https://a", "../b", "1.0.0"))
                .map(ChartId::directory))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[A-Za-z0-9.+_@-]+"));
  }

  @Test
  void aLargeIndexIsReadAsAStream() throws Exception {
    StringBuilder text = new StringBuilder("apiVersion: v1\nentries:\n");
    for (int chart = 0; chart < 200; chart++) {
      text.append("  other-%d:\n".formatted(chart));
      for (int version = 0; version < 100; version++) {
        text.append(
            "  - {name: other-%d, version: %d.0.0, urls: [x.tgz], annotations: {a: &a [%s], b: *a}}\n"
                .formatted(chart, version, "x, ".repeat(30)));
      }
    }
    text.append("  cache:\n  - {version: 1.2.3, urls: [cache-1.2.3.tgz]}\n");
    server.page(INDEX, Reply.ok(text.toString()));

    assertThat(text.length()).isGreaterThan(3 << 20);
    assertThat(chart().entry("Chart.yaml")).isPresent();
  }

  @Test
  void aLeadingVInTheVersionIsIgnored() throws Exception {
    byte[] archive = ChartPackage.of("cache", "v2.0.0").bytes();
    server
        .page(
            INDEX,
            Reply.ok("entries: {cache: [{version: v2.0.0, urls: ['/deep/c.tgz'], digest: ''}]}"))
        .page("/deep/c.tgz", Reply.ok(archive));

    assertThat(remotes.chart(repository(), "cache", "2.0.0").entry("Chart.yaml")).isPresent();
  }

  @Test
  void anUnknownChartIsMissing() throws Exception {
    assertThat(failure("gone", "1.2.3").code()).isEqualTo(SourceFailure.REMOTE_MISSING);
    assertThat(failure("cache", "9.9.9"))
        .hasMessageContaining("cache 9.9.9")
        .hasMessageContaining(repository().url());
    server.page(INDEX, Reply.status(404));
    assertThat(failure("cache", "1.2.3").code()).isEqualTo(SourceFailure.REMOTE_MISSING);
  }

  @Test
  void anArchiveWithAnotherDigestIsRefusedAndNotKept() throws Exception {
    server.page(INDEX, index("cache-1.2.3.tgz", "0".repeat(64)));

    RemoteException invalid = failure("cache", "1.2.3");

    assertThat(invalid.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
    assertThat(invalid).hasMessageContaining("digest");
    assertThat(kept()).isEmpty();
  }

  @Test
  void anInvalidIndexIsRefused() {
    for (String text :
        List.of(
            "",
            "[]",
            "entries: []",
            "a: 1",
            "\"",
            "entries: {cache: [{version: [1]}]}",
            "a: " + "[".repeat(100_000))) {
      server.page(INDEX, Reply.ok(text));
      assertThat(failure("cache", "1.2.3").code())
          .as(text)
          .isIn(SourceFailure.REMOTE_INVALID, SourceFailure.REMOTE_MISSING);
      clock.move(Duration.ofSeconds(100));
    }
  }

  @Test
  void aTooLargeChartIsRefused() throws Exception {
    server.page(ARCHIVE, Reply.ok(new byte[(16 << 20) + 1]));

    RemoteException invalid = failure("cache", "1.2.3");

    assertThat(invalid.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
    assertThat(invalid).hasMessageContaining("more than 16 MiB");
  }

  @Test
  void aFailedDownloadIsRetried() throws Exception {
    AtomicInteger times = new AtomicInteger();
    server.page(ARCHIVE, _ -> times.incrementAndGet() == 1 ? Reply.status(503) : Reply.ok(cache));

    assertThat(failure("cache", "1.2.3"))
        .hasMessageContaining("503")
        .extracting(RemoteException::code)
        .isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
    clock.move(Duration.ofSeconds(2));

    assertThat(eventually().entry("Chart.yaml")).isPresent();
  }

  @Test
  void anUnavailableServerIsUnreachable() {
    server.close();

    assertThat(failure("cache", "1.2.3").code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
  }

  @Test
  void anUnresponsiveServerDoesNotBlockCallers() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    server.page(
        ARCHIVE,
        _ -> {
          try {
            answers.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Reply.ok(cache);
        });
    remotes.close();
    remotes = FetchedRemotes.within(directory, mirrors, Duration.ofMillis(100), clock);

    assertThat(failure("cache", "1.2.3"))
        .hasMessageContaining("takes long")
        .extracting(RemoteException::code)
        .isEqualTo(SourceFailure.REMOTE_UNREACHABLE);

    answers.countDown();
    assertThat(eventually().entry("Chart.yaml")).isPresent();
    assertThat(server.received(ARCHIVE)).isEqualTo(1);
  }

  @Test
  void credentialsAreSentToTheRepositorysHostOnly() throws Exception {
    try (ChartServer other = ChartServer.start()) {
      other
          .page("/archive.tgz", Reply.redirect(server.url("/moved.tgz")))
          .page("/here.tgz", Reply.ok(cache));
      server
          .page(INDEX, Reply.redirect("/stable/index2.yaml"))
          .page("/stable/index2.yaml", index(other.url("/archive.tgz"), Sha256.of(cache)))
          .page("/moved.tgz", Reply.redirect(other.url("/here.tgz")));

      assertThat(remotes.chart(withSecret(), "cache", "1.2.3").entry("Chart.yaml")).isPresent();

      Optional<String> basic =
          Optional.of("Basic " + Base64.getEncoder().encodeToString(SECRET.getBytes(UTF_8)));
      assertThat(server.received())
          .extracting(ChartServer.Received::path)
          .containsExactly(INDEX, "/stable/index2.yaml", "/moved.tgz");
      assertThat(server.received()).allMatch(request -> request.authorization().equals(basic));
      assertThat(other.received())
          .hasSize(2)
          .allMatch(request -> request.authorization().isEmpty());
    }
  }

  @Test
  void failuresContainNoCredentials() throws Exception {
    for (Reply reply :
        List.of(
            Reply.status(401),
            Reply.status(500),
            Reply.redirect("http://me:s3cret-word@127.0.0.1/x"),
            Reply.redirect("file:///etc/passwd?s3cret-word"),
            Reply.redirect("http://127.0.0.1:1/x?token=s3cret-word"),
            Reply.redirect("http://[s3cret-word"),
            Reply.redirect(INDEX),
            Reply.ok("entries: {cache: [{version: 1.2.3, urls: ['ftp://a/s3cret-word']}]}"))) {
      server.page(INDEX, reply);
      RemoteException failure =
          catchThrowableOfType(
              RemoteException.class, () -> remotes.chart(withSecret(), "cache", "1.2.3"));
      assertThat(failure).as(reply.headers().toString()).isNotNull();
      assertThat(failure.getMessage())
          .doesNotContain("s3cret-word")
          .doesNotContain(Base64.getEncoder().encodeToString(SECRET.getBytes(UTF_8)));
      clock.move(Duration.ofSeconds(100));
      restart();
    }
  }

  @Test
  void aMissingSecretIsReportedByItsLocation() {
    RemotePolicy.Charts repository =
        new RemotePolicy.Charts(
            repository().url(), Optional.of(new SecretReference("env:SLUICE_NO_SUCH_VARIABLE")));

    RemoteException failure =
        catchThrowableOfType(
            RemoteException.class, () -> remotes.chart(repository, "cache", "1.2.3"));

    assertThat(failure).hasMessageContaining("env:SLUICE_NO_SUCH_VARIABLE");
    assertThat(server.received()).isEmpty();
  }

  private RemotePolicy.Charts repository() {
    return new RemotePolicy.Charts(server.url("/stable"), Optional.empty());
  }

  private RemotePolicy.Charts withSecret() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    return new RemotePolicy.Charts(
        server.url("/stable"), Optional.of(new SecretReference("file:" + secret)));
  }

  private SourceTree chart() throws RemoteException {
    return remotes.chart(repository(), "cache", "1.2.3");
  }

  /**
   * Retries until it succeeds: while fetching fails, calls return without waiting for the next
   * attempt.
   */
  private SourceTree eventually() {
    return await().ignoreExceptionsInstanceOf(RemoteException.class).until(this::chart, _ -> true);
  }

  private RemoteException failure(String name, String version) {
    return catchThrowableOfType(
        RemoteException.class, () -> remotes.chart(repository(), name, version));
  }

  private void restart() {
    remotes.close();
    remotes = FetchedRemotes.within(directory, mirrors, PATIENCE, clock);
  }

  private List<Path> kept() throws IOException {
    if (!Files.exists(directory.resolve("charts"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory.resolve("charts"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static Reply index(String url, String digest) {
    return Reply.ok(
        """
        apiVersion: v1
        entries:
          another: [{version: 1.2.3, urls: [another.tgz]}]
          cache:
          - {version: 1.2.4, urls: [cache-1.2.4.tgz]}
          - name: cache
            version: 1.2.3
            description: { deep: [ { er: [] } ] }
            urls: ['%s', 'elsewhere.tgz']
            digest: %s
        generated: "2026-01-01T00:00:00Z"
        """
            .formatted(url, digest));
  }
}

package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Artifacts.Found;
import dev.sluice.inputs.git.Artifacts.Listing;
import dev.sluice.inputs.git.Artifacts.Place;
import dev.sluice.inputs.remote.ChartServer.Reply;
import dev.sluice.platform.process.MovedClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests and bytes that repeated questions for artifacts cost. */
class ArtifactPollsIT {

  private static final String INDEX = "/stable/index.yaml";
  private static final String MANIFEST = "/v2/acme/web/manifests/latest";
  private static final String DIGEST = "Docker-Content-Digest";
  private static final String FLUX = "application/vnd.cncf.flux.content.v1.tar+gzip";

  @TempDir Path directory;
  private final MovedClock clock = new MovedClock();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ChartServer server;
  private RemoteArtifacts artifacts;

  @BeforeEach
  void start() throws IOException {
    server = ChartServer.start();
    artifacts = new RemoteArtifacts(directory, clock);
  }

  @AfterEach
  void stop() {
    artifacts.close();
    server.close();
    threads.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ETag", "Last-Modified"})
  void anIndexThatDidNotChangeIsNotSentAgain(String validator) throws Exception {
    String index = index("1.2.3");
    validated(validator, index, "one");
    assertThat(find("queue", "1.2.3")).isInstanceOf(Found.Content.class);

    assertThat(versions("queue")).containsExactly("1.2.3");
    assertThat(find("queue", "1.2.3")).isInstanceOf(Found.Content.class);

    assertThat(server.received(INDEX)).isEqualTo(3);
    assertThat(server.sent(INDEX)).isEqualTo(index.length());
    validated(validator, index("1.2.4"), "two");
    assertThat(versions("queue")).as("a changed index").containsExactly("1.2.4");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void anIndexThatChangedInTheSameMinuteIsSentAgain() throws Exception {
    String index = index("1.2.3");
    String time = "Tue, 01 Dec 2026 10:00:00 GMT";
    server.page(
        INDEX, new Reply(200, Map.of("Last-Modified", time, "Date", time), index.getBytes(UTF_8)));

    versions("queue");
    versions("queue");

    assertThat(server.sent(INDEX)).isEqualTo(2L * index.length());
  }

  @Test
  void theEntriesOfAllChartsThatWereAskedForAreKept() throws Exception {
    String index =
        index("1.2.3") + "  cache:\n  - {name: cache, version: 2.0.0, urls: [cache.tgz]}\n";
    validated("ETag", index, "one");

    versions("queue");
    versions("cache");
    long sent = server.sent(INDEX);
    for (int i = 0; i < 3; i++) {
      assertThat(versions("queue")).containsExactly("1.2.3");
      assertThat(versions("cache")).containsExactly("2.0.0");
    }

    assertThat(server.sent(INDEX)).isEqualTo(sent).isEqualTo(2L * index.length());
  }

  @Test
  void thoseWhoAskWhileAnIndexIsReadShareTheNextRequest() throws Exception {
    String index = index("1.2.3");
    CountDownLatch go = new CountDownLatch(1);
    server.page(
        INDEX,
        _ -> {
          awaited(go);
          return Reply.ok(index);
        });
    Future<Set<String>> first = threads.submit(() -> versions("queue"));
    await().until(() -> !leftovers().isEmpty());
    List<FutureTask<Set<String>>> others = new ArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      FutureTask<Set<String>> other = new FutureTask<>(() -> versions("queue"));
      others.add(other);
      waiting.add(Thread.ofVirtual().start(other));
    }
    await().until(() -> waiting.stream().allMatch(one -> one.getState() == Thread.State.WAITING));
    go.countDown();

    assertThat(first.get()).containsExactly("1.2.3");
    for (FutureTask<Set<String>> other : others) {
      assertThat(other.get()).containsExactly("1.2.3");
    }
    assertThat(server.received(INDEX)).isEqualTo(2);
  }

  @Test
  void serversThatSendNothingDelayNoOtherOne() throws Exception {
    server.page(INDEX, Reply.ok(index("1.2.3")));
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      List<Future<Listing>> stalled = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Place place =
            place("http://127.0.0.1:%d/%d".formatted(silent.getLocalPort(), i), Optional.of("a"));
        stalled.add(threads.submit(() -> artifacts.versions(place)));
      }
      await().until(() -> leftovers().size() == 5);

      assertThat(versions("queue")).containsExactly("1.2.3");
      assertThat(stalled).noneMatch(Future::isDone);
      artifacts.close();
    }
  }

  @Test
  void anIndexIsSentAgainForOtherCredentials() throws Exception {
    validated("ETag", index("1.2.3"), "one");
    ChartIndexes indexes = new ChartIndexes(new Downloads(), directory, clock);
    ChartRepository one =
        new ChartRepository(new Downloads(), indexes, server.url("/stable"), Optional.of("a:b"));
    ChartRepository other =
        new ChartRepository(new Downloads(), indexes, server.url("/stable"), Optional.of("a:c"));

    one.entries("queue");
    one.entries("queue");
    other.entries("queue");

    assertThat(server.sent(INDEX)).isEqualTo(2L * index("1.2.3").length());
  }

  @Test
  void aTagThatDidNotMoveCostsNoManifest() throws Exception {
    String digest = push(new ChartPackage().file("a.yaml", "a: 1\n").bytes(), true);
    assertThat(found(Optional.empty())).isInstanceOf(Found.Content.class);

    assertThat(found(Optional.of(digest))).isEqualTo(new Found.Unchanged());
    assertThat(found(Optional.of(digest))).isEqualTo(new Found.Unchanged());

    assertThat(server.received("GET", MANIFEST)).isEqualTo(1);
    assertThat(server.received("HEAD", MANIFEST)).isEqualTo(2);
    push(new ChartPackage().file("a.yaml", "a: 2\n").bytes(), true);
    assertThat(found(Optional.of(digest))).isInstanceOf(Found.Content.class);
  }

  @Test
  void aRegistryThatDoesNotSayTheDigestSendsTheManifest() throws Exception {
    String digest = push(new ChartPackage().file("a.yaml", "a: 1\n").bytes(), false);

    assertThat(found(Optional.of(digest))).isEqualTo(new Found.Unchanged());

    assertThat(server.received("GET", MANIFEST)).isEqualTo(1);
  }

  @Test
  void aRegistryThatLimitsRequestsIsNotAskedTwice() {
    server.page(MANIFEST, Reply.status(429));

    assertThat(code(found(Optional.of("sha256:0")))).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);

    assertThat(server.received(MANIFEST)).isEqualTo(1);
  }

  @Test
  void aRefusedArtifactIsNotDownloadedAgain() throws Exception {
    byte[] hostile = new ChartPackage().file("../a", "").bytes();
    push(hostile, true);
    for (int i = 0; i < 3; i++) {
      assertThat(code(found(Optional.empty()))).isEqualTo(SourceFailure.ARTIFACT_INVALID);
    }
    assertThat(server.received("GET", MANIFEST)).isEqualTo(1);
    assertThat(server.received("/v2/acme/web/blobs/" + Sha256.digest(hostile))).isEqualTo(1);

    push(new ChartPackage().file("a.yaml", "a: 1\n").bytes(), true);
    assertThat(found(Optional.empty())).isInstanceOf(Found.Content.class);
  }

  @Test
  void aRefusedChartIsNotDownloadedAgainWhileItsDigestIsTheSame() throws Exception {
    String page = "/stable/queue-1.2.3.tgz";
    byte[] archive = ChartPackage.of("queue", "1.2.3").bytes();
    server.page(INDEX, Reply.ok(index("1.2.3", archive)));
    server.page(page, Reply.ok(ChartPackage.of("queue", "9.9.9").bytes()));
    for (int i = 0; i < 3; i++) {
      assertThat(code(find("queue", "1.2.3"))).isEqualTo(SourceFailure.DIGEST_MISMATCH);
    }
    assertThat(server.received(page)).isEqualTo(1);

    server.page(page, Reply.ok(archive));
    clock.move(Duration.ofMinutes(11));
    assertThat(find("queue", "1.2.3")).as("a late cache").isInstanceOf(Found.Content.class);
  }

  /** Serves an index that is sent only if the request's condition is not fulfilled. */
  private void validated(String header, String index, String version) {
    boolean tag = header.equals("ETag");
    String value =
        tag ? "\"" + version + "\"" : "Tue, 01 Dec 2020 10:00:%02d GMT".formatted(version.length());
    String answer = version.equals("two") && !tag ? value.replace("2020", "2021") : value;
    server.page(
        INDEX,
        exchange ->
            answer.equals(
                    exchange
                        .getRequestHeaders()
                        .getFirst(tag ? "If-None-Match" : "If-Modified-Since"))
                ? Reply.status(304)
                : new Reply(200, Map.of(header, answer), index.getBytes(UTF_8)));
  }

  /** Publishes the only version of the chart queue; returns the index. */
  private String index(String version) throws IOException {
    return index(version, ChartPackage.of("queue", version).bytes());
  }

  private String index(String version, byte[] archive) {
    server.page("/stable/queue-%s.tgz".formatted(version), Reply.ok(archive));
    return """
    apiVersion: v1
    entries:
      queue:
      - {name: queue, version: %1$s, urls: ["queue-%1$s.tgz"], digest: %2$s}
    """
        .formatted(version, Sha256.of(archive));
  }

  /** Moves the tag {@code latest}; returns the digest. */
  private String push(byte[] archive, boolean told) {
    String manifest =
        """
        {"schemaVersion": 2, "config": {"mediaType": "application/vnd.cncf.flux.config.v1+json"},
         "layers": [{"mediaType": "%s", "digest": "%s", "size": %d}]}
        """
            .formatted(FLUX, Sha256.digest(archive), archive.length);
    String digest = Sha256.digest(manifest.getBytes(UTF_8));
    Map<String, String> headers = told ? Map.of(DIGEST, digest) : Map.of();
    server
        .page(MANIFEST, new Reply(200, headers, manifest.getBytes(UTF_8)))
        .page("/v2/acme/web/blobs/" + Sha256.digest(archive), Reply.ok(archive));
    return digest;
  }

  private Found find(String chart, String version) {
    return artifacts.find(
        place(server.url("/stable"), Optional.of(chart)), Artifact.ref(version), Optional.empty());
  }

  private Set<String> versions(String chart) {
    Listing listing = artifacts.versions(place(server.url("/stable"), Optional.of(chart)));
    assertThat(listing).isInstanceOf(Listing.Versions.class);
    return ((Listing.Versions) listing).names();
  }

  private Found found(Optional<String> known) {
    return artifacts.find(
        place("oci://" + server.host() + "/acme/web", Optional.empty()),
        Artifact.ref("latest"),
        known);
  }

  private static FailureCode code(Found found) {
    assertThat(found).isInstanceOf(Found.Failed.class);
    return ((Found.Failed) found).failure().code();
  }

  private static Place place(String url, Optional<String> chart) {
    return new Place(
        new RepositoryId("charts.example/" + chart.orElse("web")),
        url,
        Optional.empty(),
        new Artifact(chart));
  }

  private List<Path> leftovers() throws IOException {
    try (var files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

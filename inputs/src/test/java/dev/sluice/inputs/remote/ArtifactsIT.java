package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.remote.ChartServer.Reply;
import dev.sluice.platform.process.MovedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charts and OCI artifacts that mirrors keep as commits, from servers over HTTP. */
class ArtifactsIT {

  private static final String CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
  private static final String FLUX = "application/vnd.cncf.flux.content.v1.tar+gzip";
  private static final String FLUX_CONFIG = "application/vnd.cncf.flux.config.v1+json";
  private static final String NONE = "{}";
  private static final String TAGS = "/v2/acme/web/tags/list?n=1000";
  private static final GitRef RANGE = GitRef.semver(">=1.4 <2");
  private static final CommitId UNKNOWN = new CommitId("0123456789".repeat(4));
  private static final String OF_FLUX =
      """
      {"org.opencontainers.image.source": "https://git.example/acme/web",
       "org.opencontainers.image.revision": "main@sha1:abc\\nDigest: sha256:0"}
      """;

  @TempDir Path directory;
  private final MovedClock clock = new MovedClock();
  private ChartServer server;
  private Mirrors mirrors;

  @BeforeEach
  void start() throws IOException {
    server = ChartServer.start();
    mirrors = mirrors("mirrors");
  }

  @AfterEach
  void stop() {
    mirrors.close();
    server.close();
  }

  @Test
  void aChartOfARepositoryIsACommit() throws Exception {
    byte[] archive = ChartPackage.of("queue", "1.2.3").bytes();
    publish("1.2.3", archive);

    CommitId commit = at(fetch(chart(), "1.2.3"));

    assertThat(text(chart(), commit, "Chart.yaml")).contains("name: queue");
    assertThat(text(chart(), commit, "templates/map.yaml")).isEqualTo("kind: ConfigMap\n");
    assertThat(message(chart(), commit))
        .isEqualTo(
            "queue 1.2.3\n\nChart: %s/stable/queue\nDigest: %s\n"
                .formatted(server.host(), Sha256.digest(archive)));
    assertThat(server.received("/stable/queue-1.2.3.tgz")).isEqualTo(1);
  }

  @Test
  void theSameDigestIsTheSameCommitInEachMirror() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());
    CommitId commit = at(fetch(chart(), "1.2.3"));

    try (Mirrors others = mirrors("others")) {
      assertThat(others.fetch(chart(), GitRef.tag("1.2.3"), Optional.empty()))
          .isEqualTo(new FetchOutcome.At(commit));
    }
  }

  @Test
  void aKnownDigestIsNotDownloadedAgainNotEvenAfterARestart() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());
    FetchOutcome first = fetch(chart(), "1.2.3");
    mirrors.close();
    mirrors = mirrors("mirrors");

    assertThat(fetch(chart(), "1.2.3")).isEqualTo(first);
    assertThat(server.received("/stable/queue-1.2.3.tgz")).isEqualTo(1);
  }

  @Test
  void aVersionThatIsPublishedAgainIsANewCommitAndTheFormerOneIsKept() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());
    CommitId before = at(fetch(chart(), "1.2.3"));
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").file("queue/values.yaml", "a: 1").bytes());

    CommitId after = at(fetch(chart(), "1.2.3"));

    assertThat(after).isNotEqualTo(before);
    assertThat(mirrors.changedPaths(chart().repository(), before, after))
        .containsExactly("values.yaml");
    assertThat(text(chart(), before, "Chart.yaml")).contains("queue");
    try (Git git = Git.open(mirrorOf().toFile())) {
      assertThat(git.getRepository().getRefDatabase().getRefsByPrefix("refs/sluice/kept/"))
          .as("so that a rollback to it works")
          .hasSize(1);
    }
  }

  @Test
  void anUnknownVersionIsToldWithTheOnesThatExist() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());

    assertThat(failed(fetch(chart(), "1.2.4")))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.VERSION_MISSING);
              assertThat(failure.reason()).contains("1.2.4").contains("which has: 1.2.3");
            });
  }

  @Test
  void anUnknownChartIsToldFromAnUnknownRepository() throws Exception {
    SourceSpec chart = chart("/stable", "cache");
    assertThat(failed(fetch(chart, "1.0.0")).code())
        .as("there is no index")
        .isEqualTo(SourceFailure.REPOSITORY_NOT_FOUND);
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());

    assertThat(failed(fetch(chart, "1.0.0")).code()).isEqualTo(SourceFailure.CHART_MISSING);
  }

  @Test
  void anArchiveWithAnotherDigestThanTheIndexIsRefused() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());
    server.page("/stable/queue-1.2.3.tgz", Reply.ok(ChartPackage.of("queue", "1.2.3").bytes()));
    server.page(
        "/stable/queue-1.2.3.tgz",
        Reply.ok(ChartPackage.of("queue", "1.2.3").file("queue/b", "").bytes()));

    assertThat(failed(fetch(chart(), "1.2.3")).code()).isEqualTo(SourceFailure.DIGEST_MISMATCH);
  }

  @Test
  void aHostileArchiveIsRefusedAndTheFormerCommitStays() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").bytes());
    CommitId before = at(fetch(chart(), "1.2.3"));
    publish(
        "1.2.3",
        ChartPackage.of("queue", "1.2.3")
            .link("queue/l", "/etc/passwd", TarConstants.LF_SYMLINK)
            .bytes());

    assertThat(failed(fetch(chart(), "1.2.3")))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.ARTIFACT_INVALID);
              assertThat(failure.reason()).contains("link").contains("queue/l");
            });
    assertThat(text(chart(), before, "Chart.yaml")).contains("queue");
  }

  @Test
  void anArchiveOverTheLimitIsTooLarge() throws Exception {
    publish("1.2.3", ChartPackage.of("queue", "1.2.3").zeros("queue/z", 65L << 20).bytes());

    assertThat(failed(fetch(chart(), "1.2.3")).code()).isEqualTo(SourceFailure.ARTIFACT_TOO_LARGE);
  }

  @Test
  void credentialsAreReadAtEachFetchAndSentToTheIndexsHostOnly() throws Exception {
    try (ChartServer storage = ChartServer.start()) {
      byte[] archive = ChartPackage.of("queue", "1.2.3").bytes();
      storage.page("/bucket/queue.tgz", Reply.ok(archive));
      Path secret = Files.writeString(directory.resolve("secret"), "reader:wrong");
      String index = index("1.2.3", storage.url("/bucket/queue.tgz"), archive);
      server.page(
          "/stable/index.yaml",
          exchange ->
              basic("reader:right").equals(exchange.getRequestHeaders().getFirst("Authorization"))
                  ? Reply.ok(index)
                  : Reply.status(401));
      SourceSpec source =
          source(
              server.url("/stable"),
              server.host() + "/stable/queue",
              Optional.of("queue"),
              Optional.of(new SecretReference("file:" + secret)));

      assertThat(failed(fetch(source, "1.2.3")).code())
          .isEqualTo(SourceFailure.CREDENTIALS_REFUSED);
      Files.writeString(secret, "reader:right");
      at(fetch(source, "1.2.3"));

      assertThat(storage.received()).hasSize(1).allMatch(one -> one.authorization().isEmpty());
      assertThat(failed(fetch(chart(), "1.2.3")).code())
          .as("without credentials")
          .isEqualTo(SourceFailure.CREDENTIALS_MISSING);
    }
  }

  @Test
  void aChartOfARegistryIsACommit() throws Exception {
    byte[] archive = ChartPackage.of("web", "1.0.0+b1").bytes();
    String manifest = push("1.0.0_b1", CHART, "application/vnd.cncf.helm.config.v1+json", archive);

    CommitId commit = at(fetch(artifact(), "1.0.0+b1"));

    assertThat(text(artifact(), commit, "Chart.yaml")).contains("name: web");
    assertThat(message(artifact(), commit))
        .isEqualTo(
            "web 1.0.0+b1\n\nArtifact: %s/acme/web\nDigest: %s\n"
                .formatted(server.host(), Sha256.digest(manifest.getBytes(UTF_8))));
  }

  @Test
  void anArtifactOfFluxIsItsFiles() throws Exception {
    byte[] archive =
        new ChartPackage()
            .directory(".")
            .directory("deploy")
            .file("deploy/map.yaml", "kind: ConfigMap\n")
            .file("./kustomization.yaml", "resources: [deploy/map.yaml]\n")
            .bytes();
    push("latest", FLUX, FLUX_CONFIG, archive, OF_FLUX);

    CommitId commit = at(fetch(artifact(), "latest"));

    assertThat(text(artifact(), commit, "deploy/map.yaml")).isEqualTo("kind: ConfigMap\n");
    assertThat(text(artifact(), commit, "kustomization.yaml")).contains("deploy/map.yaml");
    assertThat(message(artifact(), commit))
        .startsWith("web main@sha1:abc Digest: sha256:0\n\nSource: https://git.example/acme/web\n");
  }

  @Test
  void aMovedTagIsANewCommitAndAnUnmovedOneIsNotDownloaded() throws Exception {
    byte[] first = new ChartPackage().file("a.yaml", "a: 1\n").bytes();
    push("latest", FLUX, FLUX_CONFIG, first, OF_FLUX);
    CommitId before = at(fetch(artifact(), "latest"));
    assertThat(fetch(artifact(), "latest")).isEqualTo(new FetchOutcome.At(before));
    assertThat(server.received("/v2/acme/web/blobs/" + Sha256.digest(first))).isEqualTo(1);

    push("latest", FLUX, FLUX_CONFIG, new ChartPackage().file("a.yaml", "a: 2\n").bytes());

    CommitId after = at(fetch(artifact(), "latest"));
    assertThat(text(artifact(), after, "a.yaml")).isEqualTo("a: 2\n");
    assertThat(text(artifact(), before, "a.yaml")).isEqualTo("a: 1\n");
  }

  @Test
  void aDigestIsFetchedOnceAndMustBeTheContents() throws Exception {
    byte[] archive = new ChartPackage().file("a.yaml", "a: 1\n").bytes();
    String manifest = push("v1", FLUX, FLUX_CONFIG, archive);
    String digest = Sha256.digest(manifest.getBytes(UTF_8));
    String page = "/v2/acme/web/manifests/" + digest;
    server.page(page, Reply.ok(manifest));
    GitRef ref = Artifact.ref(digest);

    FetchOutcome first = mirrors.fetch(artifact(), ref, Optional.empty());
    assertThat(first).isEqualTo(fetch(artifact(), "v1"));
    assertThat(mirrors.fetch(artifact(), ref, Optional.empty())).isEqualTo(first);
    assertThat(server.received(page)).isEqualTo(1);

    GitRef other = Artifact.ref("sha256:" + "0".repeat(64));
    server.page("/v2/acme/web/manifests/sha256:" + "0".repeat(64), Reply.ok(manifest));
    assertThat(failed(mirrors.fetch(artifact(), other, Optional.empty())).code())
        .isEqualTo(SourceFailure.DIGEST_MISMATCH);
  }

  @Test
  void aContainerImageIsUnsupported() throws Exception {
    push(
        "latest",
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.config.v1+json",
        new ChartPackage().file("bin/sh", "").bytes());

    assertThat(failed(fetch(artifact(), "latest")))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.UNSUPPORTED_ARTIFACT);
              assertThat(failure.reason()).contains("application/vnd.oci.image.config.v1+json");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a", "/etc/a", "a/../../b", "a/.git/config", "a\\b"})
  void aPathOutsideOfAnArtifactIsRefused(String path) throws Exception {
    push("latest", FLUX, FLUX_CONFIG, new ChartPackage().file(path, "").bytes());

    assertThat(failed(fetch(artifact(), "latest")).code())
        .isEqualTo(SourceFailure.ARTIFACT_INVALID);
  }

  @Test
  void anUnknownTagIsToldFromAnUnknownRepository() {
    server.page(
        "/v2/acme/web/manifests/v2",
        new Reply(404, Map.of(), "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}".getBytes(UTF_8)));

    assertThat(failed(fetch(artifact(), "v1")).code()).isEqualTo(SourceFailure.VERSION_MISSING);
    assertThat(failed(fetch(artifact(), "v2")).code())
        .isEqualTo(SourceFailure.REPOSITORY_NOT_FOUND);
  }

  @Test
  void aRangeIsTheNewestVersionOfTheIndexThatHasAnArchive() throws Exception {
    byte[] archive = ChartPackage.of("queue", "1.4.0").bytes();
    publish("1.4.0", archive);
    server.page(
        "/stable/index.yaml",
        Reply.ok(
            index("1.4.0", "queue-1.4.0.tgz", archive)
                + "  - {name: queue, version: 1.5.0, urls: []}\n"
                + "  - {name: queue, version: 2.0.0, urls: [queue-2.0.0.tgz]}\n"));

    FetchOutcome.At found = (FetchOutcome.At) mirrors.fetch(chart(), RANGE, Optional.of(UNKNOWN));

    assertThat(found.tag()).contains("1.4.0");
    assertThat(mirrors.fetch(chart(), GitRef.semver(">=3"), Optional.of(UNKNOWN)))
        .isEqualTo(new FetchOutcome.Gone(Optional.of("2.0.0")));
    assertThat(server.received("/stable/queue-2.0.0.tgz")).isZero();
  }

  @Test
  void aRangeReadsAllPagesOfARegistrysTags() throws Exception {
    push(
        "1.5.0_b1",
        CHART,
        "application/vnd.cncf.helm.config.v1+json",
        ChartPackage.of("web", "1.5.0+b1").bytes());
    server.page(TAGS, page("{\"tags\": [\"1.4.0\", \"latest\"]}", "/v2/acme/web/tags/list?last=a"));
    server.page("/v2/acme/web/tags/list?last=a", Reply.ok("{\"tags\": [\"1.5.0_b1\", \"2.0.0\"]}"));

    FetchOutcome.At found = (FetchOutcome.At) mirrors.fetch(artifact(), RANGE, Optional.empty());

    assertThat(found.tag()).contains("1.5.0+b1");
  }

  @Test
  void aListOfTagsThatNeverEndsIsRefused() {
    for (int i = 0; i <= 1_000; i++) {
      server.page(
          i == 0 ? TAGS : "/v2/acme/web/tags/list?last=" + i,
          page("{\"tags\": [\"1.4.%d\"]}".formatted(i), "/v2/acme/web/tags/list?last=" + (i + 1)));
    }

    assertThat(failed(mirrors.fetch(artifact(), RANGE, Optional.empty())).code())
        .isEqualTo(SourceFailure.ARTIFACT_TOO_LARGE);
  }

  @Test
  void aListOfTagsThatContinuesOnAnotherHostIsRefused() throws Exception {
    try (ChartServer other = ChartServer.start()) {
      server.page(TAGS, page("{\"tags\": [\"1.4.0\"]}", other.url("/v2/acme/web/tags/list")));

      assertThat(failed(mirrors.fetch(artifact(), RANGE, Optional.empty())).reason())
          .contains("another host");
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void aTagThatIsNotItsChartsVersionIsRefused() throws Exception {
    push(
        "1.4.0",
        CHART,
        "application/vnd.cncf.helm.config.v1+json",
        ChartPackage.of("web", "9.0.0").bytes());

    assertThat(failed(fetch(artifact(), "1.4.0")))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.ARTIFACT_INVALID);
              assertThat(failure.reason()).contains("9.0.0").contains("1.4.0");
            });
  }

  @Test
  void anUnreachableRegistryIsTriedAgain() throws Exception {
    SourceSpec gone;
    try (ChartServer stopped = ChartServer.start()) {
      gone =
          source(
              "oci://" + stopped.host() + "/acme/web",
              stopped.host() + "/acme/web",
              Optional.empty(),
              Optional.empty());
    }

    assertThat(failed(fetch(gone, "v1")))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
              assertThat(failure.retryable()).isTrue();
            });
  }

  private static Reply page(String tags, String next) {
    return new Reply(
        200, Map.of("Link", "<%s>; rel=\"next\"".formatted(next)), tags.getBytes(UTF_8));
  }

  private Mirrors mirrors(String name) {
    Path place = directory.resolve(name);
    return new Mirrors(place, new RemoteArtifacts(place, clock), clock);
  }

  private SourceSpec chart() {
    return chart("/stable", "queue");
  }

  private SourceSpec chart(String path, String chart) {
    return source(
        server.url(path), server.host() + path + "/" + chart, Optional.of(chart), Optional.empty());
  }

  private SourceSpec artifact() {
    return source(
        "oci://" + server.host() + "/acme/web",
        server.host() + "/acme/web",
        Optional.empty(),
        Optional.empty());
  }

  private static SourceSpec source(
      String url, String name, Optional<String> chart, Optional<SecretReference> credentials) {
    return new SourceSpec(
        new RepositoryId(name),
        url,
        credentials,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Artifact(chart)),
        Optional.empty(),
        GitRef.tag("any"),
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  /** Publishes the only version of the chart queue. */
  private void publish(String version, byte[] archive) {
    server
        .page("/stable/queue-%s.tgz".formatted(version), Reply.ok(archive))
        .page(
            "/stable/index.yaml",
            Reply.ok(index(version, "queue-%s.tgz".formatted(version), archive)));
  }

  private static String index(String version, String url, byte[] archive) {
    return """
    apiVersion: v1
    entries:
      queue:
      - {name: queue, version: %s, urls: ["%s"], digest: %s}
    """
        .formatted(version, url, Sha256.of(archive));
  }

  private String push(String tag, String type, String config, byte[] archive) {
    return push(tag, type, config, archive, NONE);
  }

  /** Pushes an artifact with one layer; returns its manifest. */
  private String push(String tag, String type, String config, byte[] archive, String annotations) {
    String manifest =
        """
        {"schemaVersion": 2, "config": {"mediaType": "%s"}, "annotations": %s,
         "layers": [{"mediaType": "%s", "digest": "%s", "size": %d}]}
        """
            .formatted(config, annotations, type, Sha256.digest(archive), archive.length);
    server
        .page("/v2/acme/web/manifests/" + tag, Reply.ok(manifest))
        .page("/v2/acme/web/blobs/" + Sha256.digest(archive), Reply.ok(archive));
    return manifest;
  }

  private FetchOutcome fetch(SourceSpec source, String version) {
    return mirrors.fetch(source, Artifact.ref(version), Optional.empty());
  }

  private static CommitId at(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.At.class);
    return ((FetchOutcome.At) outcome).head();
  }

  private static FetchOutcome.Failed failed(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    return (FetchOutcome.Failed) outcome;
  }

  private String text(SourceSpec source, CommitId commit, String path) {
    SourceTree tree = mirrors.tree(source.repository(), commit);
    return new String(tree.read(tree.entry(path).orElseThrow(), 1 << 20), UTF_8);
  }

  private String message(SourceSpec source, CommitId commit) throws IOException {
    assertThat(mirrors.has(source.repository(), commit)).isTrue();
    try (Git git = Git.open(mirrorOf().toFile());
        RevWalk walk = new RevWalk(git.getRepository())) {
      RevCommit parsed = walk.parseCommit(ObjectId.fromString(commit.value()));
      assertThat(parsed.getParentCount()).isZero();
      return parsed.getFullMessage();
    }
  }

  /** Returns the directory of the only mirror. */
  private Path mirrorOf() throws IOException {
    try (var mirrored = Files.list(directory.resolve("mirrors"))) {
      List<Path> all = mirrored.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  private static String basic(String login) {
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
  }
}

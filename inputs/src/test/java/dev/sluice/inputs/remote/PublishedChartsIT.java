package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Artifacts;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.remote.ChartServer.Reply;
import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.process.FreePort;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts that the helm program packages and publishes, in a repository and a real registry. */
class PublishedChartsIT {

  @TempDir Path directory;
  private Mirrors mirrors;

  @BeforeEach
  void start() throws Exception {
    NeededProgram.check("helm");
    Path place = directory.resolve("mirrors");
    mirrors = new Mirrors(place, artifacts(), Clock.systemUTC());
    write("inner/Chart.yaml", "{apiVersion: v2, name: inner, version: 0.1.0}");
    write("inner/templates/a.yaml", "kind: ConfigMap\n");
    write(
        "web/Chart.yaml",
        """
        apiVersion: v2
        name: web
        version: 1.2.3+b7
        dependencies: [{name: inner, version: 0.1.0, repository: "file://../inner"}]
        """);
    write("web/values.yaml", "size: small\n");
    write("web/crds/crd.yaml", "kind: CustomResourceDefinition\n");
    helm("package", "--dependency-update", "web", "--destination", "out");
  }

  @AfterEach
  void stop() {
    if (mirrors != null) {
      mirrors.close();
    }
  }

  @Test
  void aChartOfAnIndexOfHelmIsReadWithItsDependencies() throws Exception {
    try (ChartServer server = ChartServer.start()) {
      helm("repo", "index", "out", "--url", server.url("/files"));
      server
          .page("/stable/index.yaml", Reply.ok(Files.readAllBytes(place("out/index.yaml"))))
          .page("/files/web-1.2.3+b7.tgz", Reply.ok(archive()));

      assertFiles(source(server.url("/stable"), server.host() + "/stable/web", Optional.of("web")));
    }
  }

  @Test
  void aChartThatHelmPushedIsRead() throws Exception {
    NeededProgram.check("registry");
    int port = FreePort.find();
    Process registry =
        ChildProcess.start(
            new ProcessBuilder("registry", "-port", String.valueOf(port))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile()));
    try {
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(
              () -> {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                  return socket.isConnected();
                }
              });
      String charts = "127.0.0.1:%d/charts".formatted(port);
      helm("push", "--plain-http", "out/web-1.2.3+b7.tgz", "oci://" + charts);
      SourceSpec source = source("oci://" + charts + "/web", charts + "/web", Optional.empty());

      assertFiles(source);
      assertThat(
              artifacts()
                  .versions(
                      new Artifacts.Place(
                          source.repository(),
                          source.url(),
                          Optional.empty(),
                          source.artifact().orElseThrow())))
          .isEqualTo(new Artifacts.Listing.Versions(Set.of("1.2.3+b7")));
    } finally {
      registry.destroy();
    }
  }

  private RemoteArtifacts artifacts() {
    return new RemoteArtifacts(directory.resolve("mirrors"), Clock.systemUTC());
  }

  private void assertFiles(SourceSpec source) {
    FetchOutcome outcome = mirrors.fetch(source, source.ref(), Optional.empty());
    assertThat(outcome).isInstanceOf(FetchOutcome.At.class);
    SourceTree tree = mirrors.tree(source.repository(), ((FetchOutcome.At) outcome).head());
    assertThat(List.of("Chart.yaml", "crds/crd.yaml", "charts/inner/templates/a.yaml"))
        .allSatisfy(path -> assertThat(tree.entry(path)).isPresent());
    assertThat(new String(tree.read(tree.entry("values.yaml").orElseThrow(), 100), UTF_8))
        .isEqualTo("size: small\n");
  }

  private static SourceSpec source(String url, String name, Optional<String> chart) {
    return new SourceSpec(
        new RepositoryId(name),
        url,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(new Artifact(chart)),
        Optional.empty(),
        Artifact.ref("1.2.3+b7"),
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private byte[] archive() throws IOException {
    return Files.readAllBytes(place("out/web-1.2.3+b7.tgz"));
  }

  private Path place(String path) {
    return directory.resolve(path);
  }

  private void write(String path, String text) throws IOException {
    Files.createDirectories(place(path).getParent());
    Files.writeString(place(path), text);
  }

  private void helm(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder().directory(directory.toFile()).redirectErrorStream(true);
    builder.command().add("helm");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("HOME", directory.toString());
    Process process = builder.redirectOutput(place("helm.log").toFile()).start();
    assertThat(process.waitFor()).as(Files.readString(place("helm.log"))).isZero();
  }
}

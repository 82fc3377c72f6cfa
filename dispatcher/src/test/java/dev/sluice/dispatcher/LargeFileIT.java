package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.git.HttpBackend;
import dev.sluice.inputs.git.LfsServer;
import dev.sluice.inputs.git.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Application with a manifest in Git LFS. */
class LargeFileIT {

  private static final String LOGIN = "alice:s3cret";
  private static final String MANIFEST = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}";

  private Situation situation;
  private Origin origin;
  private HttpBackend git;
  private LfsServer lfs;
  private Path login;

  @BeforeEach
  void set(@TempDir Path directory) throws Exception {
    situation = new Situation(directory);
    origin = new Origin(directory.resolve("large.git"));
    git = HttpBackend.plain(directory);
    git.accept(LOGIN);
    String basic = "Basic " + Base64.getEncoder().encodeToString(LOGIN.getBytes(UTF_8));
    lfs = new LfsServer(git, "large.git", basic);
    String pointer = lfs.put(MANIFEST.getBytes(UTF_8));
    origin.set(MAIN, origin.commit(Map.of("web/a.yaml", Origin.Content.file(pointer))));
    login = Files.writeString(directory.resolve("login"), LOGIN);
  }

  @AfterEach
  void close() {
    situation.close();
    lfs.close();
    git.close();
    origin.close();
  }

  @Test
  void thePermissionInTheFleetClosesTheDeadLetterAndSendsTheContent() throws IOException {
    fleet("");
    situation.start();
    await().atMost(Duration.ofSeconds(90)).until(() -> !situation.deadLetters().isEmpty());
    DeadLetterEvent.Opened opened = (DeadLetterEvent.Opened) situation.deadLetters().getFirst();
    assertThat(opened.failure().code()).isEqualTo(SourceFailure.LARGE_FILE);
    assertThat(opened.failure().message()).contains("'web/a.yaml' is a pointer of Git LFS");
    assertThat(situation.sync(STAGING)).isEmpty();

    fleet("lfs: {maxBytes: 1Mi}");

    SyncEvent.Target target = (SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst();
    assertThat(target.sources().getFirst().files())
        .containsExactly(new InputFile.Text("web/a.yaml", false, MANIFEST));
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> situation.deadLetters().getLast() instanceof DeadLetterEvent.Closed);
  }

  private void fleet(String more) throws IOException {
    situation.document(
        "large",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: large}
        spec:
          url: "%s"
          credentials: "file:%s"
          %s
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: large, path: web}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(git.url("large.git"), login, more));
  }
}

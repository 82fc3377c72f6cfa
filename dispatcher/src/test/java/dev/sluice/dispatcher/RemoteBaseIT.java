package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Application with a base in another repository, which its policy allows. */
class RemoteBaseIT {

  private static final ApplicationName WEB = new ApplicationName("web");

  private Situation situation;
  private Origin bases;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    bases = new Origin(directory.resolve("bases.git"));
    situation.document(
        "bases",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: bases}
        spec: {url: "%s", identity: git.example/acme/bases}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, path: apps/web}
          clusters: {names: [staging]}
          namespace: web
          policy: {remote: {bases: [bases]}}
        """
            .formatted(bases.url()));
    situation.application("api", "staging");
    situation.put("api", "one");
  }

  @AfterEach
  void close() {
    situation.close();
    bases.close();
  }

  @Test
  void aPushToAnotherTagSendsTheFilesOfThatTag() throws IOException {
    release("v1", "one");
    buildOn("v1").push();
    situation.start();
    assertThat(base(1)).contains("value: one");

    CommitId released = release("v2", "two");
    CommitId commit = buildOn("v2").push();
    EventId cause = situation.deliver(Optional.of(commit));

    assertThat(base(2)).contains("value: two");
    assertThat(targets().getLast().provenance().causes()).contains(cause);
    assertThat(targets().getLast().sources().getFirst().bases())
        .hasValueSatisfying(
            on ->
                assertThat(on)
                    .containsExactly(
                        new BaseCommit(
                            new RepositoryId("git.example/acme/bases"), "v2", released)));
    situation.awaitQuiet();
    assertThat(situation.deadLetters()).isEmpty();
  }

  @Test
  void aMissingTagBlocksNoOtherApplicationAndIsRetried() throws IOException {
    CommitId commit = buildOn("v1").push();
    Dispatcher first = situation.start();
    EventId cause = situation.deliver(Optional.of(commit));

    await().atMost(Duration.ofSeconds(90)).until(() -> !opened().isEmpty());
    assertThat(opened().getFirst().failure().code()).isEqualTo(SourceFailure.REMOTE_MISSING);
    assertThat(opened().getFirst().failure().message())
        .contains("apps/web/kustomization.yaml", "git.example/acme/bases has no tag 'v1'");
    assertThat(situation.awaitSync(STAGING, 1))
        .extracting(SyncEvent::application)
        .containsExactly(new ApplicationName("api"));

    first.close();
    situation.start();
    release("v1", "one");

    assertThat(base(1)).contains("value: one");
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                situation.deadLetters().getLast() instanceof DeadLetterEvent.Closed closed
                    && closed.entry().equals(new DeadLetterId("staging/web/source")));
    assertThat(cause).isNotNull();
  }

  @Test
  void aTagPushedWhileTheDispatcherWasStoppedIsFoundAfterARestart() throws IOException {
    buildOn("v1").push();
    Dispatcher first = situation.start();
    await().atMost(Duration.ofSeconds(90)).until(() -> !opened().isEmpty());
    situation.awaitQuiet();
    first.close();
    release("v1", "one");

    situation.start();

    assertThat(base(1)).contains("value: one");
  }

  private List<DeadLetterEvent.Opened> opened() {
    return situation.deadLetters().stream()
        .filter(DeadLetterEvent.Opened.class::isInstance)
        .map(DeadLetterEvent.Opened.class::cast)
        .toList();
  }

  private CommitId release(String tag, String value) throws IOException {
    CommitId commit =
        bases.commit(
            Map.of(
                "web/kustomization.yaml", Origin.Content.file("resources: [config.yaml]"),
                "web/config.yaml",
                    Origin.Content.file(
                        "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {value: %s}}"
                            .formatted(value))));
    bases.set(GitRef.tag(tag), commit);
    return commit;
  }

  private Situation buildOn(String tag) {
    return situation.file(
        "apps/web/kustomization.yaml",
        "resources: ['https://git.example/acme/bases//web?ref=%s']".formatted(tag));
  }

  private List<SyncEvent.Target> targets() {
    return situation.sync(STAGING).stream()
        .filter(event -> event.application().equals(WEB))
        .map(SyncEvent.Target.class::cast)
        .toList();
  }

  /** Returns the base's object in the target of a generation. */
  private String base(int generation) {
    await().atMost(Duration.ofSeconds(90)).until(() -> targets().size() >= generation);
    return targets().get(generation - 1).sources().getFirst().files().stream()
        .filter(file -> file.path().endsWith("web/config.yaml"))
        .map(file -> ((InputFile.Text) file).text())
        .findFirst()
        .orElseThrow();
  }
}

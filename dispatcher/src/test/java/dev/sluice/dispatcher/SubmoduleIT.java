package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.DeadLetterEvent;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications whose kustomization has a base in a submodule. */
class SubmoduleIT {

  private static final RepositoryId BASES = new RepositoryId("git.example/acme/bases");

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
        """
            .formatted(bases.url()));
    situation.file(".gitmodules", "[submodule \"bases\"]\n\tpath = vendor\n\turl = ../bases.git\n");
    application("web", "{remote: {bases: [bases]}}");
    application("api", "{remote: {bases: [bases]}}");
  }

  @AfterEach
  void close() {
    situation.close();
    bases.close();
  }

  @Test
  void anotherPinSendsExactlyTheApplicationsThatUseWhatItChanges() throws IOException {
    CommitId first = base("one", "one");
    situation.submodule("vendor", first).push();
    situation.start();
    assertThat(names(situation.awaitSync(STAGING, 2))).containsExactlyInAnyOrder("web", "api");

    CommitId second = base("two", "one");
    situation.submodule("vendor", second).pushAndNotify();
    List<SyncEvent> sent = situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();

    assertThat(names(situation.sync(STAGING))).hasSize(3);
    SyncEvent.Target target = (SyncEvent.Target) sent.getLast();
    assertThat(target.application()).isEqualTo(new ApplicationName("web"));
    assertThat(target.sources().getFirst().bases().orElseThrow())
        .containsExactly(new BaseCommit(BASES, second.value(), second));
    assertThat(target.sources().getFirst().files())
        .filteredOn(file -> file.path().equals("vendor/web/config.yaml"))
        .extracting(file -> ((InputFile.Text) file).text())
        .singleElement()
        .asString()
        .contains("value: two");
    assertThat(situation.deadLetters()).isEmpty();
  }

  @Test
  void anApplicationWithoutThePermissionIsRefusedAndTheOthersAreSent() throws IOException {
    application("api", "{}");
    situation.submodule("vendor", base("one", "one")).push();
    situation.start();

    await().atMost(Duration.ofSeconds(90)).until(() -> !situation.deadLetters().isEmpty());
    DeadLetterEvent.Opened opened = (DeadLetterEvent.Opened) situation.deadLetters().getFirst();
    assertThat(opened.failure().code()).isEqualTo(SourceFailure.SUBMODULE);
    assertThat(opened.failure().message())
        .contains("'vendor' is a submodule of", "url '../bases.git'", "policy.remote.bases");
    assertThat(names(situation.awaitSync(STAGING, 1))).containsExactly("web");
  }

  private void application(String name, String policy) throws IOException {
    situation.document(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %1$s}
        spec:
          source: {repository: shop, path: apps/%1$s}
          clusters: {names: [staging]}
          namespace: web
          policy: %2$s
        """
            .formatted(name, policy));
    situation.file(
        "apps/%s/kustomization.yaml".formatted(name),
        "resources: [../../vendor/%s]".formatted(name));
  }

  /** Commits to the submodule's repository, whose branch moves on. */
  private CommitId base(String web, String api) throws IOException {
    CommitId commit =
        bases.commit(
            Map.of(
                "web/kustomization.yaml", Origin.Content.file("resources: [config.yaml]"),
                "web/config.yaml", config("web", web),
                "api/kustomization.yaml", Origin.Content.file("resources: [config.yaml]"),
                "api/config.yaml", config("api", api)));
    bases.set(GitRef.branch("main"), bases.commit(Map.of(), commit));
    return commit;
  }

  private static Origin.Content config(String name, String value) {
    return Origin.Content.file(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {value: %s}}"
            .formatted(name, value));
  }

  private static List<String> names(List<SyncEvent> events) {
    return events.stream().map(event -> event.application().value()).toList();
  }
}

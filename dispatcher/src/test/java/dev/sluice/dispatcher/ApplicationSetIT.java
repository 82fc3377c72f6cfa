package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PARTITIONS;
import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An ApplicationSet follows the repositories that its generators read, without polls. */
class ApplicationSetIT {

  private static final String SET =
      """
      apiVersion: sluice.dev/v1
      kind: ApplicationSet
      metadata: {name: all}
      spec:
        generators:
          - matrix:
              generators:
                - directories: {repository: shop, include: ["apps/*"]}
                - clusters: {selector: {matchLabels: {%s}}}
        template:
          metadata: {name: "${path.basename}-${cluster.name}"}
          spec:
            source: {repository: shop, path: "${path}"}
            clusters: {names: ["${cluster.name}"]}
            namespace: "${path.basename}"
        policy: {%s}
      """;

  private Situation situation;
  private Path directory;

  @BeforeEach
  void aRepositoryWithTwoDirectories(@TempDir Path temporary) throws IOException {
    directory = temporary;
    situation = new Situation(directory);
    situation.put("a", "one").put("b", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void pushedDirectoriesAddAndRemoveApplicationsInEachCluster() throws IOException {
    set("", "");
    Dispatcher dispatcher = situation.start();
    assertThat(lines(situation.awaitSync(STAGING, 2)))
        .containsExactlyInAnyOrder("a-staging 1 one", "b-staging 1 one");
    assertThat(lines(situation.awaitSync(PRODUCTION, 2)))
        .containsExactlyInAnyOrder("a-production 1 one", "b-production 1 one");

    assertThat(dispatcher.fleet().flatMap(Heartbeat.Fleet::reads))
        .contains(
            List.of(
                new Heartbeat.ReadRef(situation.repository, MAIN, List.of("ApplicationSet all"))));

    CommitId added = situation.put("c", "one").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c-staging 1 one");
    assertThat(lines(situation.awaitSync(PRODUCTION, 3))).endsWith("c-production 1 one");
    assertThat(accepted("c-staging").definition().generatedBy()).contains("all");
    assertOrigin(accepted("c-staging").change(), "apps/c", added);

    CommitId removed = situation.delete("apps/a/config.yaml").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("a-staging 2 removal");
    assertThat(lines(situation.awaitSync(PRODUCTION, 4))).endsWith("a-production 2 removal");
    assertOrigin(removal("a-staging").change(), "apps/a", removed);

    situation.document(
        "set", SET.formatted("", "").replace("namespace:", "onRemoval: orphan\n      namespace:"));
    patiently()
        .until(
            () -> last("b-staging").change().orElseThrow().documents(),
            documents -> documents.getFirst() instanceof DocumentOrigin.Unversioned)
        .forEach(document -> assertThat(document.file()).isEqualTo("set.yaml"));
  }

  @Test
  void aRestartFindsWhatWasPushedMeanwhileAndSendsNothingElse() throws IOException {
    set("env: staging", "");
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
    int events = definitions();
    first.close();

    situation.start();
    situation.put("c", "one").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    situation.awaitQuiet();
    assertThat(definitions()).isEqualTo(events + 1);
    assertThat(lines(situation.sync(STAGING))).endsWith("c-staging 1 one").hasSize(3);
  }

  @Test
  void theGuardOfTheSetHoldsARemovalOverARestartUntilItIsApproved() throws IOException {
    for (int i = 0; i < 20; i++) {
      situation.put("other" + i, "one");
      situation.application("other" + i, "production");
    }
    for (String name : List.of("c", "d", "e")) {
      situation.put(name, "one");
    }
    situation.push();
    document("include: [\"apps/?\"]", "env: staging", "");
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 5);

    for (String name : List.of("a", "b", "c")) {
      situation.delete("apps/" + name + "/config.yaml");
    }
    situation.put("f", "one").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 6))).endsWith("f-staging 1 one");
    Finding held = awaitFinding(first);
    assertThat(held.code()).isEqualTo(PartFailure.FLEET_REMOVAL_HELD);
    assertThat(held.message())
        .contains("3 of 5 applications of ApplicationSet 'all'", "30 %", "a-staging");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(6);
    first.close();

    Dispatcher second = situation.start();
    Finding still = awaitFinding(second);
    assertThat(digest(still)).isEqualTo(digest(held));
    situation.approve(digest(held));
    assertThat(lines(situation.awaitSync(STAGING, 9)).subList(6, 9))
        .containsExactlyInAnyOrder(
            "a-staging 2 removal", "b-staging 2 removal", "c-staging 2 removal");
    patiently().until(() -> second.fleetFindings().isEmpty());
    assertThat(situation.approvalAnswers())
        .singleElement()
        .satisfies(answer -> assertThat(answer.accepted()).isTrue());
  }

  @Test
  void maxAddedHoldsAMassAdditionUntilItIsApproved() throws IOException {
    set("env: staging", "maxAdded: 2");
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 2);

    for (String name : List.of("c", "d", "e")) {
      situation.put(name, "one");
    }
    situation.pushAndNotify();
    Finding held = awaitFinding(dispatcher);
    assertThat(held.code()).isEqualTo(PartFailure.FLEET_REMOVAL_HELD);
    assertThat(held.message())
        .contains("3 applications would be added by ApplicationSet 'all'", "maxAdded 2");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(2);

    situation.approve(digest(held));
    assertThat(lines(situation.awaitSync(STAGING, 5)).subList(2, 5))
        .containsExactlyInAnyOrder("c-staging 1 one", "d-staging 1 one", "e-staging 1 one");
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());
  }

  @Test
  void badNamesAndFilesAreShownAndRemoveNothing() throws IOException {
    set("env: staging", "");
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 2);

    situation.delete("apps/a/config.yaml");
    situation.put("Not_A_Name", "one").put("c", "one").pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c-staging 1 one");
    Finding finding = awaitFinding(dispatcher);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_INVALID);
    assertThat(finding.message()).contains("set.yaml:11:", "'Not_A_Name-staging'", "DNS label");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);

    situation.delete("apps/Not_A_Name/config.yaml").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("a-staging 2 removal");
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());
  }

  @Test
  void anUnreadableRepositoryKeepsTheApplicationsAlsoOverARestart() throws IOException {
    set("env: staging", "");
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 2);
    first.close();
    Path moved = directory.resolve("moved.git");
    Files.move(directory.resolve("shop.git"), moved);

    Dispatcher second =
        situation.start(
            situation.config(directory("fleet"), "mirrors-2", PARTITIONS, TIMING),
            DispatchListener.NONE);
    Finding finding = awaitFinding(second);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_UNREADABLE);
    assertThat(finding.message()).contains("ApplicationSet 'all' keeps its applications");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(2);
    second.close();
  }

  @Test
  void aSetInTheFleetsOwnRepositoryFollowsItInOneCommit() throws IOException {
    try (Origin both = new Origin(directory.resolve("both.git"))) {
      Map<String, Content> files = new TreeMap<>();
      files.put("fleet/base.yaml", Content.file(base(both)));
      files.put("fleet/set.yaml", Content.file(ofFiles("envs/*.yaml")));
      files.put("envs/dev.yaml", Content.file("name: dev\nvalue: one\n"));
      files.put("apps/config.yaml", configMap());
      CommitId head = both.commit(files);
      both.set(MAIN, head);
      FleetConfig located =
          FleetConfig.at(FleetLocation.parse("git+" + both.url() + "//fleet@main"));
      Dispatcher dispatcher =
          situation.start(
              situation.config(located, "mirrors", PARTITIONS, TIMING), DispatchListener.NONE);
      assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("dev 1 one");

      // moved together with its glob: nothing is removed in between
      files.remove("envs/dev.yaml");
      files.put("stages/dev.yaml", Content.file("name: dev\nvalue: one\n"));
      files.put("stages/test.yaml", Content.file("name: test\nvalue: one\n"));
      files.put("fleet/set.yaml", Content.file(ofFiles("stages/*.yaml")));
      head = push(both, files, head);
      assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("dev 1 one", "test 1 one");

      files.put("stages/bad.yaml", Content.file("name: [\n"));
      files.put("stages/prod.yaml", Content.file("name: prod\nvalue: one\n"));
      head = push(both, files, head);
      assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("prod 1 one");
      assertThat(awaitFinding(dispatcher).message())
          .contains("set.yaml:5:", "file stages/bad.yaml:", "of both");

      files.remove("stages/bad.yaml");
      files.remove("stages/test.yaml");
      push(both, files, head);
      assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("test 2 removal");
      situation.awaitQuiet();
      assertThat(removed()).containsExactly("test");
    }
  }

  private CommitId push(Origin both, Map<String, Content> files, CommitId parent)
      throws IOException {
    CommitId commit = both.commit(files, parent);
    both.set(MAIN, commit);
    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                RepositoryId.fromUrl(both.url()),
                MAIN,
                Optional.empty(),
                Optional.of(commit),
                origin));
    return commit;
  }

  private static String base(Origin both) {
    return """
    apiVersion: sluice.dev/v1
    kind: Repository
    metadata: {name: both}
    spec: {url: "%s"}
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: staging}
    """
        .formatted(both.url());
  }

  private static String ofFiles(String glob) {
    return """
    apiVersion: sluice.dev/v1
    kind: ApplicationSet
    metadata: {name: all}
    spec:
      generators: [{files: {repository: both, include: ["%s"]}}]
      template:
        metadata: {name: "${name}"}
        spec:
          source: {repository: both, path: apps, customize: {labels: {of: "${value}"}}}
          clusters: {names: [staging]}
          namespace: "${name}"
    """
        .formatted(glob);
  }

  private static Content configMap() {
    return Content.file(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {value: one}\n");
  }

  private void set(String labels, String policy) throws IOException {
    situation.document("set", SET.formatted(labels, policy));
  }

  private void document(String include, String labels, String policy) throws IOException {
    situation.document(
        "set", SET.formatted(labels, policy).replace("include: [\"apps/*\"]", include));
  }

  private FleetConfig directory(String name) {
    return FleetConfig.of(directory.resolve(name));
  }

  private void assertOrigin(Optional<DefinitionChange> change, String path, CommitId commit) {
    assertThat(change.orElseThrow().documents())
        .singleElement()
        .isInstanceOfSatisfying(
            DocumentOrigin.Committed.class,
            origin -> {
              assertThat(origin.repository()).contains(situation.repository);
              assertThat(origin.file()).isEqualTo(path);
              assertThat(origin.commit()).isEqualTo(commit);
              assertThat(origin.author()).contains("Author");
            });
  }

  private DefinitionAccepted accepted(String name) {
    return events(DefinitionAccepted.class)
        .filter(event -> event.definition().application().value().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private DefinitionAccepted last(String name) {
    return events(DefinitionAccepted.class)
        .filter(event -> event.definition().application().value().equals(name))
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  private DefinitionRemoved removal(String name) {
    return events(DefinitionRemoved.class)
        .filter(event -> event.application().value().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private <T> Stream<T> events(Class<T> type) {
    return situation.changes().stream().filter(type::isInstance).map(type::cast);
  }

  private int definitions() {
    return (int)
        situation.changes().stream().filter(ChangeEvent.FleetEvent.class::isInstance).count();
  }

  private Set<String> removed() {
    return situation.changes().stream()
        .filter(ChangeEvent.DefinitionRemoved.class::isInstance)
        .map(event -> ((ChangeEvent.DefinitionRemoved) event).application().value())
        .collect(Collectors.toSet());
  }

  private static String digest(Finding held) {
    return held.message().replaceAll("(?s).*approve --fleet (\\w+) .*", "$1");
  }

  private static Finding awaitFinding(Dispatcher dispatcher) {
    return patiently().until(dispatcher::fleetFindings, found -> !found.isEmpty()).getFirst();
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
  }
}

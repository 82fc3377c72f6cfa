package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PARTITIONS;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.Origin.Webhook;
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
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fleet in a Git repository, which is strict, follows the repository of a team that it includes,
 * without polls.
 */
class FleetIncludeIT {

  private Situation situation;
  private Path directory;
  private Origin platform;
  private final Map<String, Content> fleet = new TreeMap<>();
  private Optional<CommitId> head = Optional.empty();

  @BeforeEach
  void aFleetThatIncludesTheRepositoryOfATeam(@TempDir Path temporary) throws IOException {
    directory = temporary;
    situation = new Situation(directory);
    platform = new Origin(directory.resolve("platform.git"));
    fleet.put("base.yaml", Content.file(base()));
    fleet.put("include.yaml", Content.file(include("")));
    fleet.put("own.yaml", Content.file(application("own", "own", "staging", "own")));
    pushFleet();
    situation.put("own", "one").put("web", "one").put("db", "one");
    team("web", "staging", "team-web");
    team("db", "staging", "team-db");
    situation.push();
  }

  @AfterEach
  void close() {
    situation.close();
    platform.close();
  }

  @Test
  void aPushOfTheTeamAddsChangesAndRemovesApplications() throws IOException {
    start("mirrors");
    assertThat(lines(situation.awaitSync(STAGING, 3)))
        .containsExactlyInAnyOrder("own 1 one", "web 1 one", "db 1 one");

    situation.put("cache", "one");
    team("cache", "staging", "team-cache");
    CommitId added = situation.pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("cache 1 one");
    DefinitionAccepted cache = accepted("cache");
    assertThat(cache.definition().includedBy()).contains("team");
    assertThat(cache.definition().spec().project().orElseThrow().name()).isEqualTo("team");
    assertOrigin(cache.change(), "fleet/cache.yaml", added);

    CommitId removed = situation.delete("fleet/web.yaml").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 5))).endsWith("web 2 removal");
    assertOrigin(removal("web").change(), "fleet/web.yaml", removed);
  }

  @Test
  void aSetOfTheTeamFollowsTheTeamsRepository() throws IOException {
    start("mirrors");
    situation.awaitSync(STAGING, 3);

    situation.file(
        "fleet/set.yaml",
        """
        apiVersion: sluice.dev/v1
        kind: ApplicationSet
        metadata: {name: services}
        spec:
          generators: [{directories: {repository: team-deploy, include: ["services/*"]}}]
          template:
            metadata: {name: "${path.basename}"}
            spec:
              source: {repository: team-deploy, path: "${path}"}
              clusters: {names: [staging]}
              namespace: "team-${path.basename}"
          policy: {allowEmpty: true}
        """);
    situation.pushAndNotify();
    situation.file(
        "services/mail/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {value: one}\n");
    CommitId added = situation.pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("mail 1 one");
    DefinitionAccepted mail = accepted("mail");
    assertThat(mail.definition().generatedBy()).contains("team/services");
    assertThat(mail.definition().includedBy()).contains("team");
    assertThat(mail.change().orElseThrow().documents())
        .filteredOn(document -> document.file().equals("services/mail"))
        .singleElement()
        .isInstanceOfSatisfying(
            DocumentOrigin.Committed.class, origin -> assertThat(origin.commit()).isEqualTo(added));
  }

  @Test
  void anEscapeIsRefusedAndShownAndTheOthersGoOn() throws IOException {
    Dispatcher dispatcher = start("mirrors");
    situation.awaitSync(STAGING, 3);

    situation.put("cache", "one");
    team("cache", "staging", "team-cache");
    team("web", "staging", "kube-system");
    team("own", "staging", "team-own");
    situation.file(
        "fleet/cluster.yaml",
        "apiVersion: sluice.dev/v1\nkind: Cluster\nmetadata: {name: production}\n");
    situation.pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("cache 1 one");
    Finding finding = awaitFinding(dispatcher);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_INVALID);
    assertThat(finding.message())
        .contains(
            "team-deploy//fleet/web.yaml:7:",
            "the namespace kube-system",
            "team-deploy//fleet/own.yaml:3:",
            "own.yaml:3, which stands",
            "team-deploy//fleet/cluster.yaml:2:");
    fleet.put("own.yaml", Content.file(application("own", "own", "staging", "changed")));
    pushFleet();
    situation.deliver(pushOf(platform));
    assertThat(lines(situation.awaitSync(STAGING, 5))).endsWith("own 2 one");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(5);

    team("web", "staging", "team-web");
    situation.delete("fleet/own.yaml").delete("fleet/cluster.yaml").pushAndNotify();
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());
  }

  @Test
  void brokenYamlAndAnUnreadableRepositoryRemoveNothingAlsoOverARestart() throws IOException {
    Dispatcher first = start("mirrors");
    situation.awaitSync(STAGING, 3);

    situation.put("cache", "one");
    team("cache", "staging", "team-cache");
    situation.delete("fleet/db.yaml").file("fleet/web.yaml", "kind: [\n").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("cache 1 one");
    assertThat(awaitFinding(first).message())
        .contains("team-deploy//fleet/web.yaml:", "is not valid YAML");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(4);
    first.close();

    Path moved = directory.resolve("moved.git");
    Files.move(directory.resolve("shop.git"), moved);
    Dispatcher second = start("mirrors-2");
    Finding finding = awaitFinding(second);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_UNREADABLE);
    assertThat(finding.message()).contains("FleetInclude 'team' keeps its applications");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(4);
    second.close();

    Files.move(moved, directory.resolve("shop.git"));
    start("mirrors-3");
    team("web", "staging", "team-web");
    situation.pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 5))).endsWith("db 2 removal");
    situation.awaitQuiet();
    assertThat(events(DefinitionRemoved.class)).hasSize(1);
  }

  @Test
  void theGuardOfTheIncludeHoldsARemovalUntilItIsApproved() throws IOException {
    fleet.put("include.yaml", Content.file(include("policy: {maxRemoved: 1}")));
    pushFleet();
    Dispatcher dispatcher = start("mirrors");
    situation.awaitSync(STAGING, 3);

    situation.put("cache", "one");
    team("cache", "staging", "team-cache");
    situation.delete("fleet/web.yaml").delete("fleet/db.yaml").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("cache 1 one");
    Finding held = awaitFinding(dispatcher);
    assertThat(held.code()).isEqualTo(PartFailure.FLEET_REMOVAL_HELD);
    assertThat(held.message())
        .contains("2 of 2 applications of FleetInclude 'team'", "maxRemoved 1", "web from");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(4);

    situation.approve(held.message().replaceAll("(?s).*approve --fleet (\\w+) .*", "$1"));
    assertThat(lines(situation.awaitSync(STAGING, 6)).subList(4, 6))
        .containsExactlyInAnyOrder("web 2 removal", "db 2 removal");
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());
  }

  @Test
  void anApplicationMovesToTheTeamByARemovalAndBackInPlace() throws IOException {
    Dispatcher dispatcher = start("mirrors");
    situation.awaitSync(STAGING, 3);

    team("own", "staging", "team-own");
    situation.pushAndNotify();
    assertThat(awaitFinding(dispatcher).message()).contains("fleet/own.yaml:3:", "which stands");
    fleet.remove("own.yaml");
    pushFleet();
    situation.deliver(pushOf(platform));
    assertThat(lines(situation.awaitSync(STAGING, 5))).endsWith("own 2 removal", "own 3 one");
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());

    fleet.put("own.yaml", Content.file(application("own", "own", "staging", "own")));
    pushFleet();
    situation.deliver(pushOf(platform));
    assertThat(lines(situation.awaitSync(STAGING, 6))).endsWith("own 4 one");
    situation.awaitQuiet();
    assertThat(events(DefinitionRemoved.class)).hasSize(1);
  }

  @Test
  void theApplicationsOfARemovedIncludeLeave() throws IOException {
    start("mirrors");
    situation.awaitSync(STAGING, 3);

    fleet.remove("include.yaml");
    CommitId removed = pushFleet();
    situation.deliver(pushOf(platform));

    assertThat(lines(situation.awaitSync(STAGING, 5)).subList(3, 5))
        .containsExactlyInAnyOrder("web 2 removal", "db 2 removal");
    assertThat(removal("web").change().orElseThrow().documents())
        .singleElement()
        .isInstanceOfSatisfying(
            DocumentOrigin.Committed.class,
            origin -> {
              assertThat(origin.file()).isEqualTo("include.yaml");
              assertThat(origin.commit()).isEqualTo(removed);
            });
  }

  private Dispatcher start(String mirrors) {
    FleetConfig located = FleetConfig.at(FleetLocation.parse("git+" + platform.url() + "@main"));
    return situation.start(
        situation.config(located, mirrors, PARTITIONS, TIMING), DispatchListener.NONE);
  }

  private CommitId pushFleet() throws IOException {
    CommitId commit = platform.commit(fleet, head.stream().toArray(CommitId[]::new));
    platform.set(MAIN, commit);
    head = Optional.of(commit);
    return commit;
  }

  private Function<Webhook, ChangeEvent> pushOf(Origin repository) {
    return origin ->
        new ChangeEvent.RefChanged(
            RepositoryId.fromUrl(repository.url()), MAIN, Optional.empty(), head, origin);
  }

  private void team(String name, String cluster, String namespace) {
    situation.file("fleet/" + name + ".yaml", application(name, name, cluster, namespace));
  }

  private static String application(String name, String path, String cluster, String namespace) {
    return """
    apiVersion: sluice.dev/v1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {repository: team-deploy, path: apps/%s}
      clusters: {names: [%s]}
      namespace: %s
    """
        .formatted(name, path, cluster, namespace);
  }

  private static String include(String policy) {
    return """
    apiVersion: sluice.dev/v1
    kind: FleetInclude
    metadata: {name: team}
    spec:
      repository: team-deploy
      path: fleet
      project: team
      %s
    """
        .formatted(policy);
  }

  private String base() {
    return """
    apiVersion: sluice.dev/v1
    kind: Repository
    metadata: {name: team-deploy}
    spec: {url: "%s"}
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: staging}
    ---
    apiVersion: sluice.dev/v1
    kind: Project
    metadata: {name: team}
    spec: {repositories: ["*"], clusters: [staging], namespaces: ["team-*"]}
    """
        .formatted(situation.origin.url());
  }

  private static void assertOrigin(
      Optional<DefinitionChange> change, String path, CommitId commit) {
    assertThat(change.orElseThrow().documents())
        .singleElement()
        .isInstanceOfSatisfying(
            DocumentOrigin.Committed.class,
            origin -> {
              assertThat(origin.file()).isEqualTo(path);
              assertThat(origin.commit()).isEqualTo(commit);
              assertThat(origin.author()).contains("Author");
              assertThat(origin.repository()).isPresent();
            });
  }

  private DefinitionAccepted accepted(String name) {
    return events(DefinitionAccepted.class).stream()
        .filter(event -> event.definition().application().value().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private DefinitionRemoved removal(String name) {
    return events(DefinitionRemoved.class).stream()
        .filter(event -> event.application().value().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private <T> List<T> events(Class<T> type) {
    Stream<ChangeEvent> changes = situation.changes().stream();
    return changes.filter(type::isInstance).map(type::cast).toList();
  }

  private static Finding awaitFinding(Dispatcher dispatcher) {
    return patiently().until(dispatcher::fleetFindings, found -> !found.isEmpty()).getFirst();
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
  }
}

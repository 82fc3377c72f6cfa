package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PARTITIONS;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.dispatcher.fleet.FleetValidation;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.GitOverHttp;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet in a Git repository is followed like any other repository. */
class GitFleetIT {

  private static final RetryTiming POLLING =
      new RetryTiming(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofMillis(500));

  private final Map<String, Content> files = new TreeMap<>();
  private Situation situation;
  private Path directory;
  private Origin fleet;
  private RepositoryId repository;
  private Optional<CommitId> head = Optional.empty();

  @BeforeEach
  void aFleetOfTwoApplications(@TempDir Path temporary) throws IOException {
    directory = temporary;
    situation = new Situation(directory);
    situation.put("a", "one").put("b", "one").put("c", "one").push();
    fleet = new Origin(directory.resolve("fleet.git"));
    repository = RepositoryId.fromUrl(fleet.url());
    file(
        "base",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: shop}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging}
        """
            .formatted(situation.origin.url()));
    application("a");
    application("b");
    push();
  }

  @AfterEach
  void close() {
    situation.close();
    fleet.close();
  }

  @Test
  void aPushAddsAnApplicationWithinSecondsAndEventsNameItsCommit() throws IOException {
    start(FleetValidation.STRICT);
    situation.awaitSync(STAGING, 2);

    application("c");
    CommitId commit = pushAndNotify();

    await()
        .atMost(Duration.ofSeconds(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> accepted("c").isPresent());
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c 1 one");
    DefinitionAccepted event = accepted("c").orElseThrow();
    assertThat(event.fleetRevision()).isEqualTo(commit.value());
    assertThat(event.change().orElseThrow().documents())
        .singleElement()
        .isInstanceOfSatisfying(
            DocumentOrigin.Committed.class,
            origin -> {
              assertThat(origin.file()).isEqualTo("c.yaml");
              assertThat(origin.commit()).isEqualTo(commit);
              assertThat(origin.author()).contains("Author");
            });
  }

  @Test
  void aPollFindsWhatNoWebhookReported() throws IOException {
    start(at("@main"), POLLING);
    situation.awaitSync(STAGING, 2);

    application("c");
    push();

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c 1 one");
  }

  @Test
  void withoutARefTheDefaultBranchIsFollowed() throws IOException {
    GitRef trunk = GitRef.branch("trunk");
    fleet.set(trunk, head.orElseThrow());
    fleet.setHead(trunk);
    start(at(""), TIMING);
    situation.awaitSync(STAGING, 2);

    application("c");
    CommitId commit = commit();
    fleet.set(trunk, commit);
    notify(trunk, commit);

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c 1 one");
  }

  @Test
  void aRefOtherThanTheFollowedOneChangesNothing() throws IOException {
    start(at("@main"), TIMING);
    situation.awaitSync(STAGING, 2);

    application("c");
    CommitId commit = commit();
    fleet.set(GitRef.branch("other"), commit);
    notify(GitRef.branch("other"), commit);
    situation.awaitQuiet();
    assertThat(accepted("c")).isEmpty();

    fleet.set(MAIN, commit);
    notify(MAIN, commit);
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c 1 one");
  }

  @Test
  void strictRefusesARevisionWithAProblemAsAWhole() throws IOException {
    Dispatcher dispatcher = start(FleetValidation.STRICT);
    situation.awaitSync(STAGING, 2);
    Optional<CommitId> good = dispatcher.fleet().flatMap(Heartbeat.Fleet::commit);
    assertThat(good).isPresent();

    application("c");
    file("b", "kind: Nonsense\n");
    CommitId bad = pushAndNotify();

    Finding finding = awaitFinding(dispatcher);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_INVALID);
    assertThat(finding.message())
        .contains(bad.value(), "nothing of this revision is in force", "b.yaml:1:", "kind: ");
    assertThat(dispatcher.isReady()).isTrue();
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(2);
    assertThat(dispatcher.fleet().flatMap(Heartbeat.Fleet::commit)).isEqualTo(good);

    application("b");
    CommitId corrected = pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c 1 one");
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());
    assertThat(dispatcher.fleet().flatMap(Heartbeat.Fleet::commit)).contains(corrected);
  }

  @Test
  void lenientAppliesTheGoodDocuments() throws IOException {
    Dispatcher dispatcher = start(FleetValidation.LENIENT);
    situation.awaitSync(STAGING, 2);

    application("c");
    file("b", "kind: Nonsense\n");
    pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("c 1 one");
    Finding finding = awaitFinding(dispatcher);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_INVALID);
    assertThat(finding.message()).contains("what they concern stays as it was");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);
  }

  @Test
  void aRefThatVanishesRemovesNothing() throws IOException {
    Dispatcher dispatcher = start(at("@main"), POLLING);
    situation.awaitSync(STAGING, 2);

    fleet.delete(MAIN);

    Finding finding = awaitFinding(dispatcher);
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_UNREADABLE);
    assertThat(finding.message())
        .contains("no ref refs/heads/main", "the last accepted fleet stays in force");
    assertThat(dispatcher.isReady()).isTrue();
    assertThat(situation.sync(STAGING)).hasSize(2);

    fleet.set(MAIN, head.orElseThrow());
    notify(MAIN, head.orElseThrow());
    patiently().until(() -> dispatcher.fleetFindings().isEmpty());
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void aPathThatVanishesOrIsEmptiedRemovesNothingInEitherValidation() throws IOException {
    Map<String, Content> fleetOfTwo = new TreeMap<>(files);
    for (FleetValidation validation : FleetValidation.values()) {
      fleetOfTwo.forEach((path, content) -> files.put("sub/" + path, content));
      push();
      Dispatcher dispatcher = start(at("//sub@main").with(validation), TIMING);
      situation.awaitSync(STAGING, 2);

      files.keySet().removeIf(path -> path.startsWith("sub/"));
      pushAndNotify();
      assertThat(awaitFinding(dispatcher).message()).contains("has no directory 'sub'");
      assertThat(dispatcher.isReady()).isTrue();

      files.put("sub/README.md", Content.file("nothing"));
      pushAndNotify();
      patiently().until(() -> dispatcher.fleetFindings().toString().contains("holds no documents"));
      assertThat(dispatcher.fleetFindings())
          .extracting(Finding::code)
          .containsExactly(PartFailure.FLEET_UNREADABLE);
      situation.awaitQuiet();
      assertThat(situation.sync(STAGING)).hasSize(2);
      dispatcher.close();
    }
  }

  @Test
  void theGuardHoldsAMassRemovalUntilItIsApprovedAlsoOverLaterCommits() throws IOException {
    String digest = holdAndStop();
    files.put("README.md", Content.file("not a document"));
    CommitId later = push();

    Dispatcher next = start(FleetValidation.STRICT);
    assertThat(awaitFinding(next).message()).contains(digest);
    situation.approve(digest);
    awaitRemovals();
    assertThat(situation.changes())
        .filteredOn(ChangeEvent.DefinitionRemoved.class::isInstance)
        .allSatisfy(
            event ->
                assertThat(((ChangeEvent.DefinitionRemoved) event).fleetRevision())
                    .isEqualTo(later.value()));
  }

  @Test
  void whileAForgeDoesNotAnswerAnApprovalWaitsAndTheClustersInForceAreKnown() throws IOException {
    situation.approve(holdAndStop());
    CountDownLatch answers = new CountDownLatch(1);
    HttpServer forge =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    forge.createContext("/", exchange -> answer(exchange, answers));
    forge.setExecutor(task -> Thread.ofVirtual().start(task));
    forge.start();
    try {
      String url = "git+http://127.0.0.1:%d/fleet@main".formatted(forge.getAddress().getPort());
      Dispatcher next = start(FleetConfig.at(FleetLocation.parse(url)), TIMING);
      Set<ClusterName> known = ConcurrentHashMap.newKeySet();
      next.followClusters(known::addAll);
      patiently().until(() -> known.contains(STAGING));
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .until(() -> situation.approvalAnswers().isEmpty());

      answers.countDown();
      awaitRemovals();
      assertThat(situation.approvalAnswers())
          .singleElement()
          .satisfies(answer -> assertThat(answer.accepted()).as(answer.message()).isTrue());
    } finally {
      answers.countDown();
      forge.stop(0);
    }
  }

  private void answer(HttpExchange exchange, CountDownLatch answers) throws IOException {
    try {
      answers.await();
      GitOverHttp.answer(exchange, directory.resolve("fleet.git"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  /** Returns the digest of a removal that waits when no dispatcher runs any longer. */
  private String holdAndStop() throws IOException {
    for (String name : List.of("d", "e")) {
      situation.put(name, "one");
    }
    situation.push();
    for (String name : List.of("c", "d", "e")) {
      application(name);
    }
    push();
    Dispatcher dispatcher = start(FleetValidation.STRICT);
    situation.awaitSync(STAGING, 5);
    for (String name : List.of("b", "c", "d", "e")) {
      files.remove(name + ".yaml");
    }
    pushAndNotify();
    Finding held = awaitFinding(dispatcher);
    assertThat(held.code()).isEqualTo(PartFailure.FLEET_REMOVAL_HELD);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(5);
    dispatcher.close();
    return held.message().replaceAll("(?s).*approve --fleet (\\w+) .*", "$1");
  }

  private void awaitRemovals() {
    assertThat(lines(situation.awaitSync(STAGING, 9)).subList(5, 9))
        .containsExactlyInAnyOrder("b 2 removal", "c 2 removal", "d 2 removal", "e 2 removal");
  }

  @Test
  void aForcePushBackRestoresTheEarlierDefinitions() throws IOException {
    CommitId first = head.orElseThrow();
    application("c");
    push();
    start(FleetValidation.STRICT);
    situation.awaitSync(STAGING, 3);

    fleet.set(MAIN, first);
    notify(MAIN, first);

    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("c 2 removal");
  }

  @Test
  void aRestartWithTheSameRevisionSendsNothing() throws IOException {
    Dispatcher first = start(FleetValidation.STRICT);
    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
    int events = fleetEvents().size();
    first.close();

    Dispatcher second = start(FleetValidation.STRICT);
    application("c");
    pushAndNotify();
    situation.awaitSync(STAGING, 3);
    List<ChangeEvent> all = fleetEvents();
    assertThat(all.subList(events, all.size()))
        .singleElement()
        .isEqualTo(accepted("c").orElseThrow());
    assertThat(second.fleetFindings()).isEmpty();
  }

  @Test
  void aRestartWhileTheForgeIsDownKeepsTheFleetInForce() throws IOException {
    Dispatcher first = start(at("@main"), POLLING);
    situation.awaitSync(STAGING, 2);
    first.close();
    Path moved = directory.resolve("moved.git");
    Files.move(directory.resolve("fleet.git"), moved);

    Dispatcher second =
        Dispatcher.start(
            situation.config(at("@main"), "mirrors-2", PARTITIONS, POLLING),
            situation.connection,
            Clock.systemUTC());
    try (second) {
      Finding finding = awaitFinding(second);
      assertThat(finding.code()).isEqualTo(PartFailure.FLEET_UNREADABLE);
      assertThat(finding.message()).contains("the last accepted fleet stays in force");
      assertThat(second.unreadyReasons()).singleElement().asString().contains("cannot be read");
      situation.put("a", "two").pushAndNotify();
      assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("a 2 two");
    }
  }

  @Test
  void theFleetMayBeInARepositoryOfItsApplications() throws IOException {
    Path shared = directory.resolve("shared");
    try (Origin both = new Origin(shared)) {
      String application =
          new String(files.get("a.yaml").bytes(), UTF_8)
              .replace("repository: shop", "repository: both");
      Map<String, Content> contents = new TreeMap<>();
      contents.put(
          "fleet/base.yaml",
          Content.file(
              """
              apiVersion: sluice.dev/v1
              kind: Repository
              metadata: {name: both}
              spec: {url: "%s"}
              ---
              apiVersion: sluice.dev/v1
              kind: Cluster
              metadata: {name: staging}
              """
                  .formatted(both.url())));
      contents.put("fleet/a.yaml", Content.file(application));
      contents.put("apps/a/config.yaml", configMap("one"));
      CommitId first = both.commit(contents);
      both.set(MAIN, first);
      start(FleetConfig.at(FleetLocation.parse("git+" + both.url() + "//fleet@main")), TIMING);
      assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("a 1 one");

      contents.put("apps/a/config.yaml", configMap("two"));
      contents.put("fleet/b.yaml", Content.file(application.replace("name: a", "name: b")));
      CommitId second = both.commit(contents, first);
      both.set(MAIN, second);
      situation.deliver(
          origin ->
              new ChangeEvent.RefChanged(
                  RepositoryId.fromUrl(both.url()),
                  MAIN,
                  Optional.empty(),
                  Optional.of(second),
                  origin));
      assertThat(lines(situation.awaitSync(STAGING, 3))).contains("a 2 two", "b 1 two");
    }
  }

  @Test
  void missingCredentialsAreNamedAndMakeTheDispatcherUnready() {
    FleetConfig access = at("@main");
    FleetConfig config =
        new FleetConfig(
            access.location(),
            Optional.of(new SecretReference("file:" + directory.resolve("no-token"))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            FleetValidation.STRICT);
    try (Dispatcher dispatcher =
        Dispatcher.start(
            situation.config(config, "mirrors", PARTITIONS, TIMING),
            situation.connection,
            Clock.systemUTC())) {
      Finding finding = awaitFinding(dispatcher);
      assertThat(finding.code()).isEqualTo(PartFailure.FLEET_UNREADABLE);
      assertThat(finding.message()).contains("there is no such file", "--fleet-credentials");
      assertThat(dispatcher.unreadyReasons()).hasSize(1);
    }
  }

  @Test
  void linksSubmodulesAndBadNamesAreProblemsOfTheRevision() throws IOException {
    Dispatcher dispatcher = start(FleetValidation.STRICT);
    situation.awaitSync(STAGING, 2);

    files.put("link.yaml", Content.link("/etc/passwd"));
    files.put("module", Content.submodule("1234567890".repeat(4)));
    files.put(".github/x.yaml", Content.file("kind: Workflow"));
    pushAndNotify();

    assertThat(awaitFinding(dispatcher).message())
        .contains(
            "has 2 problems",
            "link.yaml: is a symbolic link, which is not followed",
            "module: is a submodule, which is not followed");
  }

  private static Content configMap(String value) {
    return Content.file(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {value: %s}\n"
            .formatted(value));
  }

  private FleetConfig at(String pathAndRef) {
    return FleetConfig.at(FleetLocation.parse("git+" + fleet.url() + pathAndRef));
  }

  private Dispatcher start(FleetValidation validation) {
    return start(at("@main").with(validation), TIMING);
  }

  private Dispatcher start(FleetConfig config, RetryTiming timing) {
    return situation.start(
        situation.config(config, "mirrors", PARTITIONS, timing), DispatchListener.NONE);
  }

  private void file(String name, String text) {
    files.put(name + ".yaml", Content.file(text));
  }

  private void application(String name) {
    file(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, path: apps/%s}
          clusters: {names: [staging]}
          namespace: %s
        """
            .formatted(name, name, name));
  }

  private CommitId commit() throws IOException {
    CommitId commit = fleet.commit(files, head.stream().toArray(CommitId[]::new));
    head = Optional.of(commit);
    return commit;
  }

  private CommitId push() throws IOException {
    CommitId commit = commit();
    fleet.set(MAIN, commit);
    return commit;
  }

  private CommitId pushAndNotify() throws IOException {
    CommitId commit = push();
    notify(MAIN, commit);
    return commit;
  }

  private void notify(GitRef ref, CommitId after) {
    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                repository, ref, Optional.empty(), Optional.of(after), origin));
  }

  private Optional<DefinitionAccepted> accepted(String application) {
    return situation.changes().stream()
        .filter(DefinitionAccepted.class::isInstance)
        .map(DefinitionAccepted.class::cast)
        .filter(event -> event.definition().application().value().equals(application))
        .findFirst();
  }

  private List<ChangeEvent> fleetEvents() {
    return situation.changes().stream().filter(ChangeEvent.FleetEvent.class::isInstance).toList();
  }

  private static Finding awaitFinding(Dispatcher dispatcher) {
    return patiently().until(dispatcher::fleetFindings, found -> !found.isEmpty()).getFirst();
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
  }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that show health and drift, over results that a worker would write. */
class HealthAndDriftIT {

  private static final CommitId ONE = new CommitId("1".repeat(40));
  private static final CommitId TWO = new CommitId("2".repeat(40));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ObjectRef WEB = new ObjectRef("apps/v1", "Deployment", "shop", "web");

  private KafkaConnection connection;
  private KafkaProducer<String, byte[]> producer;
  private ApiServer api;
  private int written;

  @BeforeEach
  void start(@TempDir Path directory) {
    connection = KafkaFixture.provisioned(1);
    producer = new KafkaProducer<>(connection.producer("results"));
    api =
        ApiServer.start(
            ApiConfig.from(
                new Settings(ApiConfig.SETTINGS, List.of())
                    .read(
                        Map.of(
                            "api-port", List.of("0"),
                            "read-model", List.of(directory.toString())),
                        Map.of(),
                        Optional.empty())),
            connection,
            Clock.systemUTC());
  }

  @AfterEach
  void close() {
    api.close();
    producer.close();
  }

  @Test
  void theTableHasSyncHealthHeldAndBehind() {
    applied(1, ONE);
    write(degraded(1, ONE));
    write(drifted(1, ONE, true));

    assertThat(run("get", "apps").masked())
        .isEqualTo(
            """
            APPLICATION CLUSTER SYNC HEALTH HELD BEHIND COMMIT AGE CAUSE
            web east Drifted Degraded - - 1111111111 AGE -
            """);
    assertThat(run("status").out().replaceAll(" {2,}", " "))
        .isEqualTo(
            """
            CLUSTER APPLICATIONS SYNC HEALTH HELD BEHIND
            east 1 1 Drifted 1 Degraded - -

            dead letters none
            """);
    assertThat(run("get", "apps", "--health", "Healthy", "-o", "name").out()).isEmpty();
    assertThat(run("get", "apps", "--sync", "Drifted", "-o", "name").out()).isEqualTo("web\n");
  }

  @Test
  void driftIsPrintedAsADiffWithWhoAndWhen() {
    applied(1, ONE);
    write(healthy(1, ONE));
    assertThat(run("drift", "web").code()).isZero();

    write(drifted(1, ONE, false));

    CommandRun drift = run("drift");
    assertThat(drift.code()).isEqualTo(1);
    assertThat(drift.masked())
        .isEqualTo(
            """
            --- web in east: Deployment shop/web, generation 1, commit %s
            +++ changed by kubectl (Update scale) AGE ago, seen AGE ago
            -spec.replicas: 3
            +spec.replicas: 5
            """
                .formatted(ONE.abbreviated()));
    assertThat(run("drift", "-o", "wide").out()).contains(" ago (2026-01-01T00:00:00Z), seen ");
    assertThat(drift.err())
        .isEqualTo(
            "web in east: not healed by itself: sluice sync web --force --cluster east puts the"
                + " objects back\n");
    assertThat(run("drift", "web", "-o", "json").out()).contains("\"path\" : \"spec.replicas\"");
    assertThat(run("drift", "nothing").code()).isEqualTo(6);
  }

  @Test
  void driftThatNobodyReportsIsNotTakenForNone() {
    applied(1, ONE);

    CommandRun drift = run("drift", "web");

    assertThat(drift.code()).isEqualTo(6);
    assertThat(drift.err())
        .isEqualTo("web in east: drift is unknown: the worker of east has not reported it\n");
  }

  @Test
  void theHistorySaysWhoDriftedAndWhenItWasHealed() {
    applied(1, ONE);
    write(drifted(1, ONE, true));
    write(healed(1, ONE));

    assertThat(run("history", "web").out().replaceAll(" {2,}", " "))
        .contains("AGE GENERATION CLUSTER EVENT OBJECT BY AFTER WHAT")
        .contains("1 east drifted Deployment shop/web kubectl - changed: spec.replicas")
        .contains("1 east healed Deployment shop/web - 41 ms configured");
    assertThat(run("trace", "deployment/web", "--cluster", "east").words())
        .contains("drifted web in east changed: spec.replicas by kubectl")
        .contains("healed web in east configured within 41 ms");
  }

  @Test
  void describeSaysWhatHoldsItAndWhyItIsDegraded() {
    suspended();
    applied(1, ONE);
    write(degraded(1, ONE));
    write(drifted(1, ONE, true));

    assertThat(run("describe", "web", "--objects").masked().replaceAll("\n (?! )", " "))
        .contains(
            "held east: suspended by jo AGE ago (incident 7); released by:"
                + " sluice resume web --cluster east\n")
        .contains(
            "wrong east: Degraded for AGE: Deployment shop/web the image web:9"
                + " cannot be pulled\n")
        .contains(
            "drift east: objects that differ: 1, for AGE, changed by kubectl:"
                + " sluice drift web\n")
        .contains("Deployment shop/web east Degraded the image web:9 cannot be pulled");
    assertThat(run("get", "apps", "web", "--no-headers").out().replaceAll(" {2,}", " "))
        .startsWith("web east Drifted Degraded suspended ? 1111111111 ");
    assertThat(run("drift", "web").err())
        .isEqualTo(
            "web in east: not healed while it is suspended: sluice resume web --cluster east\n");
  }

  @Test
  void waitingForHealthEndsWhenTheCommitsGenerationIsHealthy() {
    applied(1, ONE);
    write(healthy(1, ONE));
    applied(2, TWO);
    CompletableFuture<CommandRun> waiting =
        CompletableFuture.supplyAsync(() -> run("wait", "--for", "healthy=" + TWO, "web"));

    write(progressing(2, TWO));
    write(healthy(1, ONE));
    assertThat(run("wait", "--for", "healthy=" + TWO, "--timeout", "1s").err())
        .contains("not healthy within 1 s: web in east is Progressing: Deployment shop/web 1 of 3");
    assertThat(waiting.isDone()).as("an older generation is healthy").isFalse();
    write(healthy(2, TWO));

    CommandRun done = waiting.join();
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.err()).isEqualTo("healthy in all targets: 1\n");
  }

  @Test
  void waitingForHealthFailsAtOnceWhenItCannotComeTrue() {
    applied(1, ONE);
    write(degraded(1, ONE));
    CommandRun degraded = run("wait", "--for", "healthy=" + ONE, "--timeout", "10m");
    assertThat(degraded.code()).isEqualTo(1);
    assertThat(degraded.err())
        .contains("web in east is Degraded: Deployment shop/web the image web:9 cannot be pulled");

    applied(2, TWO);
    CommandRun superseded = run("wait", "--for", "healthy=" + ONE, "--timeout", "10m");
    assertThat(superseded.code()).isEqualTo(1);
    assertThat(superseded.err())
        .contains("generation 1 of the commit is superseded by generation 2 of commit " + TWO);
    assertThat(run("wait", "--for", "happy=" + TWO).code()).isEqualTo(2);
  }

  /** Runs a command once the API has read everything that was written. */
  private CommandRun run(String... arguments) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                api.unreadyReason().isEmpty()
                    && Json.mapper()
                            .readTree(command("status", "-o", "json").out())
                            .get("behind")
                            .asLong()
                        == 0);
    return command(arguments);
  }

  private CommandRun command(String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--server";
    all[arguments.length + 1] = "http://127.0.0.1:" + api.port();
    return CommandRun.of(all);
  }

  private void applied(long generation, CommitId commit) {
    Subject subject = subject(generation, commit);
    write(
        new ResultEvent.Dispatched(
            subject,
            Optional.of("digest"),
            "web.yaml",
            new Provenance(List.of(), Optional.empty(), NOW, NOW, "batch", 1)));
    write(
        new ResultEvent.Applied(
            subject,
            List.of(new ObjectChange(WEB, ObjectChange.Action.CONFIGURED)),
            3,
            new ResultEvent.Timings(NOW, NOW, NOW, NOW),
            Optional.of("plain")));
  }

  private static ObservedEvent healthy(long generation, CommitId commit) {
    return new ObservedEvent.Healthy(
        subject(generation, commit),
        new ObservedHealth(Health.HEALTHY, 3, List.of(), Optional.empty(), NOW));
  }

  private static ObservedEvent progressing(long generation, CommitId commit) {
    return new ObservedEvent.Progressing(
        subject(generation, commit), observed(Health.PROGRESSING, "1 of 3 replicas is available"));
  }

  private static ObservedEvent degraded(long generation, CommitId commit) {
    return new ObservedEvent.Degraded(
        subject(generation, commit), observed(Health.DEGRADED, "the image web:9 cannot be pulled"));
  }

  private static ObservedHealth observed(Health health, String reason) {
    return new ObservedHealth(
        health,
        3,
        List.of(new ObservedObject(WEB, health, reason, List.of())),
        Optional.empty(),
        NOW);
  }

  private static ObservedEvent drifted(long generation, CommitId commit, boolean heals) {
    return new ObservedEvent.Drifted(
        subject(generation, commit),
        List.of(
            new ObjectDrift(
                WEB,
                ObjectDrift.Kind.CHANGED,
                List.of(
                    new ObjectDifference.Field(
                        "spec.replicas", Optional.of("5"), Optional.of("3"))),
                List.of(
                    new FieldWriter("kubectl", "Update", Optional.of("scale"), Optional.of(NOW))),
                NOW)),
        Optional.empty(),
        heals);
  }

  private static ObservedEvent healed(long generation, CommitId commit) {
    return new ObservedEvent.Healed(
        subject(generation, commit),
        List.of(new ObjectChange(WEB, ObjectChange.Action.CONFIGURED)),
        Duration.ofMillis(41),
        Optional.empty());
  }

  /** Writes the dispatcher's state of an application that an operator has suspended. */
  private void suspended() {
    ClusterName east = new ClusterName("east");
    ApplicationName web = new ApplicationName("web");
    Definition definition =
        new Definition(
            web,
            List.of(
                new SourceSpec(
                    new RepositoryId("git.example/shop"),
                    "https://git.example/shop",
                    Optional.empty(),
                    Optional.empty(),
                    GitRef.branch("main"),
                    "web",
                    Optional.empty(),
                    Optional.empty(),
                    RenderOptions.DEFAULT)),
            List.of(new ClusterTarget(east, Map.of())),
            new ApplicationSpec("shop", Policy.DEFAULT),
            false);
    write(
        connection.topics().state(),
        new ApplicationState(
            web,
            Optional.of(definition),
            "revision",
            Map.of(),
            Map.of(),
            Map.of(east, new Hold(Optional.empty(), "jo", "incident 7", NOW)),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private static Subject subject(long generation, CommitId commit) {
    return new Subject(
        new ClusterName("east"),
        new ApplicationName("web"),
        new Generation(generation),
        Optional.of(commit),
        new EventId("sync/east/web/" + generation));
  }

  private void write(ResultEvent event) {
    write(connection.topics().results(), event);
  }

  private void write(String topic, Event event) {
    EventId id = new EventId("record/" + written++);
    var unused =
        producer.send(
            EventCodec.encode(topic, new Envelope<>(id, "test", NOW, TraceParent.start(), event)));
    producer.flush();
  }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * The API over topics that a test fills as a dispatcher and workers would, and its command line.
 */
final class ApiOverTopics implements AutoCloseable {

  static final RepositoryId SHOP = new RepositoryId("git.example/shop");
  static final GitRef MAIN = GitRef.branch("main");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final KafkaConnection connection = KafkaFixture.provisioned(1);
  private final KafkaProducer<String, byte[]> producer =
      new KafkaProducer<>(connection.producer("results"));
  private final ApiServer api;
  private int written;

  ApiOverTopics(Path directory) {
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

  /** Runs a command once the API has read everything that was written. */
  CommandRun run(String line) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              CommandRun status = command("status -o json");
              assertThat(status.code()).as(status.err()).isZero();
              assertThat(Json.mapper().readTree(status.out()).get("behind").asLong()).isZero();
              assertThat(api.unreadyReason()).isEmpty();
            });
    return command(line);
  }

  private CommandRun command(String line) {
    return CommandRun.of(
        Stream.concat(
                Stream.of(line.split(" ")), Stream.of("--server", "http://127.0.0.1:" + api.port()))
            .toArray(String[]::new));
  }

  /** Writes the state of an application with one source. */
  ApiOverTopics defined(String application, String... clusters) {
    return state(application, Map.of(), clusters);
  }

  ApiOverTopics held(String application, Hold hold, String... clusters) {
    return state(application, Map.of(new ClusterName(clusters[0]), hold), clusters);
  }

  private ApiOverTopics state(
      String application, Map<ClusterName, Hold> holds, String... clusters) {
    ApplicationName name = new ApplicationName(application);
    Definition definition =
        new Definition(
            name,
            List.of(
                new SourceSpec(
                    SHOP,
                    "https://" + SHOP,
                    Optional.empty(),
                    Optional.empty(),
                    MAIN,
                    application,
                    Optional.empty(),
                    Optional.empty(),
                    RenderOptions.DEFAULT)),
            Stream.of(clusters)
                .map(cluster -> new ClusterTarget(new ClusterName(cluster), Map.of()))
                .toList(),
            new ApplicationSpec("shop", Policy.DEFAULT),
            false);
    return write(
        new ApplicationState(
            name,
            Optional.of(definition),
            "revision",
            Map.of(),
            Map.of(),
            holds,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  /** Writes that a webhook announced a commit, and that the dispatcher has evaluated it. */
  ApiOverTopics pushed(CommitId commit) {
    write(
        new ChangeEvent.RefChanged(
            SHOP,
            MAIN,
            Optional.empty(),
            Optional.of(commit),
            new Origin.Webhook("hub", "delivery-" + written, Optional.of("jo"), NOW)));
    return write(new RefState(SHOP, MAIN, Optional.of(commit), Optional.empty()).read(NOW));
  }

  ApiOverTopics dispatched(Subject subject) {
    return write(
        new ResultEvent.Dispatched(
            subject,
            Optional.of("digest"),
            "web.yaml",
            new Provenance(List.of(), Optional.empty(), NOW, NOW, "batch", 1)));
  }

  /** Writes that a generation was applied with these objects. */
  ApiOverTopics applied(Subject subject, ObjectRef... objects) {
    return write(
        new ResultEvent.Applied(
            subject,
            Stream.of(objects)
                .map(object -> new ObjectChange(object, ObjectChange.Action.CONFIGURED))
                .toList(),
            3,
            new ResultEvent.Timings(NOW, NOW, NOW, NOW),
            Optional.of("plain")));
  }

  ApiOverTopics superseded(Subject subject, long by) {
    return write(new ResultEvent.Superseded(subject, new Generation(by)));
  }

  /** Writes that a generation is parked, with its dead letter. */
  ApiOverTopics parked(Subject subject) {
    Failure failure =
        new Failure(
            ApplyFailure.INVALID, "the server refused it", Failure.Stage.APPLY, Optional.empty());
    write(new ResultEvent.Parked(subject, failure, "a new generation"));
    return write(
        new DeadLetterEvent.Opened(
            DeadLetterId.of(subject),
            subject.cluster() + "/" + subject.application(),
            Optional.of(subject),
            failure,
            1,
            OriginalRecord.at("sluice.sync." + subject.cluster(), 0, 7),
            Optional.empty()));
  }

  /** Writes that a further attempt of a parked generation failed. */
  ApiOverTopics retried(Subject subject, int attempts) {
    return write(
        new DeadLetterEvent.Retried(
            DeadLetterId.of(subject),
            subject.cluster() + "/" + subject.application(),
            attempts,
            new Failure(
                ApplyFailure.INVALID,
                "the server refused it",
                Failure.Stage.APPLY,
                Optional.empty())));
  }

  /** Writes that the success of a generation closed the dead letter of another. */
  ApiOverTopics closed(Subject subject, long by) {
    return write(
        new DeadLetterEvent.Closed(
            DeadLetterId.of(subject),
            subject.cluster() + "/" + subject.application(),
            DeadLetterEvent.Closed.Reason.SUCCEEDED,
            by));
  }

  static Subject subject(String application, String cluster, long generation, CommitId commit) {
    return new Subject(
        new ClusterName(cluster),
        new ApplicationName(application),
        new Generation(generation),
        Optional.of(commit),
        new EventId("sync/%s/%s/%d".formatted(cluster, application, generation)));
  }

  ApiOverTopics write(Event event) {
    String topic =
        switch (event) {
          case ChangeEvent _ -> connection.topics().changes();
          case ResultEvent _ -> connection.topics().results();
          case DeadLetterEvent _ -> connection.topics().deadLetters();
          case StateRecord _ -> connection.topics().state();
          default -> throw new IllegalArgumentException("not read by the API: " + event);
        };
    EventId id = new EventId("record/" + written++);
    var unused =
        producer.send(
            EventCodec.encode(topic, new Envelope<>(id, "test", NOW, TraceParent.start(), event)));
    producer.flush();
    return this;
  }

  @Override
  public void close() {
    api.close();
    producer.close();
  }
}

package dev.sluice.benchmarks;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Writer of large topics, as a fleet leaves them: each push changes ten applications, and each of
 * their generations is dispatched, planned, applied and healthy. At the end the compacted topic has
 * the state of each application.
 */
final class ManyResults {

  /** The number of applications that a push changes. */
  static final int CHANGED = 10;

  private static final int STEPS = 4;
  private static final ClusterName CLUSTER = new ClusterName("east");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final RepositoryId REPOSITORY = new RepositoryId("git.example/fleet");
  private static final GitRef MAIN = GitRef.branch("main");

  private ManyResults() {}

  /**
   * Writes the topics.
   *
   * @param events at least so many
   * @return the number of pushes
   */
  static int write(KafkaConnection connection, int events, int applications) {
    int pushes = Math.max(applications / CHANGED, events / (1 + CHANGED * STEPS));
    Map<String, Object> properties = connection.producer("many-results");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 512 * 1024);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64 * 1024 * 1024);
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
      Sink sink =
          (topic, id, at, event) -> {
            var unused =
                producer.send(
                    EventCodec.encode(
                        topic, new Envelope<>(id, "benchmark", at, TraceParent.start(), event)),
                    (_, thrown) -> {
                      if (thrown != null) {
                        failure.set(thrown);
                      }
                    });
          };
      for (int push = 1; push <= pushes; push++) {
        push(sink, connection.topics(), push, applications);
      }
      for (int application = 0; application < applications; application++) {
        state(sink, connection.topics(), application, pushes, applications);
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException("cannot write the topics", failure.get());
    }
    return pushes;
  }

  private interface Sink {
    void send(String topic, EventId id, Instant at, Event event);
  }

  /** Returns the commit of a push. */
  static CommitId commit(int push) {
    return new CommitId("%040x".formatted(0x9e3779b97f4a7c15L * push & Long.MAX_VALUE));
  }

  /** Returns the last push that changed an application. */
  static int lastPush(int application, int pushes, int applications) {
    int groups = applications / CHANGED;
    int group = application / CHANGED % groups;
    int last = (pushes - 1) / groups * groups + group + 1;
    return last <= pushes ? last : last - groups;
  }

  private static Generation generation(int push, int applications) {
    return new Generation((push - 1) / (applications / CHANGED) + 1);
  }

  private static void push(Sink sink, Topics topics, int push, int applications) {
    Instant at = START.plusSeconds(push);
    EventId cause = EventId.of("github", "delivery", push);
    sink.send(
        topics.changes(),
        cause,
        at,
        new ChangeEvent.RefChanged(
            REPOSITORY,
            MAIN,
            Optional.empty(),
            Optional.of(commit(push)),
            new Origin.Webhook("hub", "delivery-" + push, Optional.of("octocat"), at)));
    int group = (push - 1) % (applications / CHANGED);
    for (int step = 0; step < STEPS; step++) {
      for (int one = 0; one < CHANGED; one++) {
        String name = "app-" + (group * CHANGED + one);
        ResultEvent event = event(step, name, push, generation(push, applications), cause, at);
        sink.send(
            topics.results(),
            EventId.of(event.getClass().getSimpleName(), name, push),
            at.plusMillis(step * 100L),
            event);
      }
    }
  }

  private static void state(
      Sink sink, Topics topics, int application, int pushes, int applications) {
    ApplicationName name = new ApplicationName("app-" + application);
    int push = lastPush(application, pushes, applications);
    sink.send(
        topics.state(),
        EventId.of("state", name, pushes),
        START.plusSeconds(pushes),
        new ApplicationState(
            name,
            Optional.of(
                new Definition(
                    name,
                    List.of(
                        new SourceSpec(
                            REPOSITORY,
                            "https://" + REPOSITORY,
                            Optional.empty(),
                            Optional.empty(),
                            MAIN,
                            "apps/" + name,
                            Optional.empty(),
                            Optional.empty(),
                            RenderOptions.DEFAULT)),
                    List.of(new ClusterTarget(CLUSTER, Map.of())),
                    new ApplicationSpec("default", Policy.DEFAULT),
                    false)),
            "revision-1",
            Map.of(
                CLUSTER,
                new StateRecord.Dispatched(
                    generation(push, applications),
                    Optional.of("1:" + "0".repeat(64)),
                    Optional.of(commit(push)))),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  static ResultEvent event(
      int step, String name, int push, Generation generation, EventId cause, Instant at) {
    Subject subject =
        new Subject(
            CLUSTER,
            new ApplicationName(name),
            generation,
            Optional.of(commit(push)),
            EventId.of("sync", CLUSTER, name, generation));
    List<ObjectChange> changes =
        List.of(
            new ObjectChange(
                new ObjectRef("apps/v1", "Deployment", "default", name),
                ObjectChange.Action.CONFIGURED));
    return switch (step) {
      case 0 ->
          new ResultEvent.Dispatched(
              subject,
              Optional.of("1:" + "0".repeat(64)),
              name + "/deployment.yaml",
              new Provenance(
                  List.of(cause), Optional.of("octocat"), at, at, "batch-" + push, CHANGED),
              Optional.of(List.of(new RefPosition(REPOSITORY, MAIN, push))),
              Optional.empty());
      case 1 -> new ResultEvent.Planned(subject, changes, "plain");
      case 2 ->
          new ResultEvent.Applied(
              subject, changes, 5, new ResultEvent.Timings(at, at, at, at), Optional.of("plain"));
      default ->
          new ObservedEvent.Healthy(
              subject, new ObservedHealth(Health.HEALTHY, 5, List.of(), Optional.empty(), at));
    };
  }
}

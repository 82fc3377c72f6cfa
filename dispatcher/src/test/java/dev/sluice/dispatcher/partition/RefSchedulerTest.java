package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.decide.EvaluationDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.Evaluation;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.InputInspector;
import dev.sluice.dispatcher.recorded.RecordedTargets;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.platform.telemetry.Tracing;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefSchedulerTest {

  private static final Clock CLOCK = Clock.systemUTC();

  @Test
  void anyNumberOfTriggersDuringAnOutageHaveOneRetry(@TempDir Path directory) throws Exception {
    SourceSpec away = away(directory);
    PartitionState state = new PartitionState();
    state.replay(following("web", away, Optional.empty()));

    scheduled(
        directory,
        state,
        (scheduler, inputs, timers) -> {
          TransactionBatch batch = new TransactionBatch(new OffsetTracker(0));
          for (int i = 0; i < 5; i++) {
            scheduler.trigger(RefKey.of(away), trigger(i, batch), batch);
            PartitionInput ended = inputs.poll(10, TimeUnit.SECONDS);
            assertThat(ended)
                .isInstanceOfSatisfying(
                    PartitionInput.EvaluationEnded.class,
                    input ->
                        assertThat(input.outcome()).isInstanceOf(EvaluationOutcome.Failed.class));
            scheduler.handle((PartitionInput.EvaluationEnded) ended, batch);
          }

          // the other timer is the grace period
          assertThat(timers.getQueue()).hasSize(2);
        });
  }

  @Test
  void anOpeningForManyApplicationsOfARefIsRecordedOnce(@TempDir Path directory) throws Exception {
    SourceSpec away = away(directory);
    PartitionState state = new PartitionState();
    for (int i = 0; i < 100; i++) {
      state.replay(following("web-" + i, away, Optional.of(CLOCK.instant())));
    }

    scheduled(
        directory,
        state,
        (scheduler, inputs, _) -> {
          TransactionBatch batch = new TransactionBatch(new OffsetTracker(0));

          new WindowOpenings(state, scheduler, CLOCK).check(batch);

          assertThat(batch.records()).hasSize(1);
          assertThat(state.ref(RefKey.of(away)).pending()).isPresent();
          assertThat(inputs.poll(10, TimeUnit.SECONDS)).isNotNull(); // the evaluation has ended
        });
  }

  /** Steps of a test with a scheduler, the inputs that it causes, and its timers. */
  private interface Steps {
    void run(
        RefScheduler scheduler,
        BlockingQueue<PartitionInput> inputs,
        ScheduledThreadPoolExecutor timers)
        throws Exception;
  }

  private static void scheduled(Path directory, PartitionState state, Steps steps)
      throws Exception {
    LargePayloads payloads = LargePayloads.of(1);
    BlockingQueue<PartitionInput> inputs = new LinkedBlockingQueue<>();
    KafkaConnection connection =
        new KafkaConnection("no-broker:9092", new Topics("sluice"), Map.of());
    try (var recorded = new RecordedTargets(connection, Optional.empty(), payloads);
        var timers = new ScheduledThreadPoolExecutor(1);
        var mirrors = new Mirrors(directory.resolve("mirrors"), CLOCK);
        var evaluations =
            new EvaluationRunner(
                evaluation(mirrors), timers, new LoopFailures(0, CLOCK), payloads, inputs::add)) {
      timers.setRemoveOnCancelPolicy(true);
      timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
      RetryTiming timing =
          new RetryTiming(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ZERO);
      EvaluationDecider decider = new EvaluationDecider(state, "sluice.changes", 0);
      RefScheduler scheduler =
          new RefScheduler(
              state,
              decider,
              evaluations,
              new RecordedReads(recorded, state, new EventDecider(state, 0), timers, inputs::add),
              new PartitionContext(
                  connection,
                  1,
                  Replication.AUTOMATIC,
                  mirrors,
                  Remotes.NONE,
                  recorded,
                  payloads,
                  timing,
                  CLOCK,
                  timers,
                  DispatchListener.NONE,
                  Tracing.OFF));
      steps.run(scheduler, inputs, timers);
    }
  }

  private static Evaluation evaluation(Mirrors mirrors) {
    return new Evaluation(
        mirrors,
        new InputInspector(
            new DefinitionResolver(new ClosureResolver(Remotes.NONE)), new ClosureIndex()),
        CLOCK);
  }

  private static Trigger trigger(int number, TransactionBatch batch) {
    batch.start(number);
    Trigger.Cause cause =
        new Trigger.Cause(
            List.of(EventId.of("push", number)),
            Optional.empty(),
            CLOCK.instant(),
            TraceParent.start());
    return new Trigger(
        cause, new Trigger.Reason.RefMoved(Optional.empty()), OptionalLong.of(number));
  }

  private static SourceSpec away(Path directory) {
    String url = "file://" + directory.resolve("nowhere.git");
    return new SourceSpec(
        RepositoryId.fromUrl(url),
        url,
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        "apps/web",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  /** Returns the state of an application, whose window opens at a time if it waits for one. */
  private static StateRecord following(String name, SourceSpec source, Optional<Instant> until) {
    ApplicationName application = new ApplicationName(name);
    ClusterName one = new ClusterName("one");
    Definition definition =
        new Definition(
            application,
            List.of(source),
            List.of(new ClusterTarget(one, Map.of())),
            new ApplicationSpec("web", Policy.DEFAULT),
            false);
    return new ApplicationState(
        application,
        Optional.of(definition),
        "r1",
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        until.map(at -> Map.of(one, waitingUntil(at))));
  }

  private static Withheld waitingUntil(Instant at) {
    return new Withheld(
        Withheld.Cause.WINDOW,
        "the maintenance window",
        at,
        Optional.empty(),
        Optional.empty(),
        Optional.of(at),
        Optional.empty());
  }
}

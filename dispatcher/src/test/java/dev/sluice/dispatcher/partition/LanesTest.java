package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.TraceParent;
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
import dev.sluice.dispatcher.decide.Hint;
import dev.sluice.dispatcher.decide.HomeMemory;
import dev.sluice.dispatcher.decide.LookDecider;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.Inspector;
import dev.sluice.dispatcher.evaluate.Look;
import dev.sluice.dispatcher.evaluate.LookEnd;
import dev.sluice.inputs.closure.ClosureIndex;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.DefinitionResolver;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.walk.Remotes;
import dev.sluice.platform.telemetry.Tracing;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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

class LanesTest {

  private static final Clock CLOCK = Clock.systemUTC();

  @Test
  void howeverManyHintsComeDuringAnOutageThereIsOneRetry(@TempDir Path directory) throws Exception {
    SourceSpec away = away(directory);
    HomeMemory memory = new HomeMemory();
    memory.replay(following(away));
    BlockingQueue<HomeInput> inputs = new LinkedBlockingQueue<>();
    try (var timers = new ScheduledThreadPoolExecutor(1);
        var mirrors = new Mirrors(directory.resolve("mirrors"), CLOCK);
        var looks = new Looks(look(mirrors), timers, new Setbacks(CLOCK), inputs::add)) {
      timers.setRemoveOnCancelPolicy(true);
      timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
      Timing timing = new Timing(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ZERO);
      LookDecider decider = new LookDecider(memory, "sluice.changes", 0);
      Lanes lanes =
          new Lanes(
              memory,
              new Lanes.Tools(decider, looks, timing, CLOCK, DispatchListener.NONE, Tracing.OFF));
      Batch batch = new Batch(new OffsetTracker(0));

      for (int i = 0; i < 5; i++) {
        lanes.hint(RefKey.of(away), hint(i, batch), batch);
        HomeInput ended = inputs.poll(10, TimeUnit.SECONDS);
        assertThat(ended)
            .isInstanceOfSatisfying(
                HomeInput.LookEnded.class,
                look -> assertThat(look.end()).isInstanceOf(LookEnd.Failed.class));
        lanes.handle((HomeInput.LookEnded) ended, batch);
      }

      // the other timer is that of the grace
      assertThat(timers.getQueue()).hasSize(2);
    }
  }

  private static Look look(Mirrors mirrors) {
    return new Look(
        mirrors,
        new Inspector(
            new DefinitionResolver(new ClosureResolver(Remotes.NONE)), new ClosureIndex()),
        CLOCK);
  }

  private static Hint hint(int number, Batch batch) {
    batch.start(number);
    Hint.Cause cause =
        new Hint.Cause(
            List.of(EventId.of("push", number)),
            Optional.empty(),
            CLOCK.instant(),
            TraceParent.start());
    return new Hint(cause, new Hint.Ask.Moved(Optional.empty()), OptionalLong.of(number));
  }

  private static SourceSpec away(Path directory) {
    String url = "file://" + directory.resolve("nowhere.git");
    return new SourceSpec(
        RepositoryId.fromUrl(url),
        url,
        Optional.empty(),
        GitRef.branch("main"),
        "apps/web",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static StateRecord following(SourceSpec source) {
    ApplicationName web = new ApplicationName("web");
    Definition definition =
        new Definition(
            web,
            List.of(source),
            List.of(new ClusterTarget(new ClusterName("one"), Map.of())),
            new ApplicationSpec("web", Policy.DEFAULT),
            false);
    return new StateRecord.ApplicationState(
        web,
        Optional.of(definition),
        "r1",
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}

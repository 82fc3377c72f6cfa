package dev.sluice.benchmarks;

import dev.sluice.benchmarks.comparison.RenderingComparison;
import dev.sluice.benchmarks.dispatch.DispatchBenchmark;
import dev.sluice.benchmarks.dispatch.LargeRepositoriesBenchmark;
import dev.sluice.benchmarks.dispatch.TargetsBenchmark;
import dev.sluice.benchmarks.live.FirstSyncBenchmark;
import dev.sluice.benchmarks.live.HealingBenchmark;
import dev.sluice.benchmarks.live.ObservationBenchmark;
import dev.sluice.benchmarks.program.FanOutBenchmark;
import dev.sluice.benchmarks.program.IdleBenchmark;
import dev.sluice.benchmarks.program.StartBenchmark;
import dev.sluice.benchmarks.receiver.ReceiverBenchmark;
import dev.sluice.standalone.cli.CommandLineInterface;
import java.util.List;

/** {@code ./sluice benchmark}: runs a benchmark by name. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(
        new CommandLineInterface(
                List.of(
                    LatencyBenchmark.command(),
                    FanOutBenchmark.command(),
                    StartBenchmark.command(),
                    IdleBenchmark.command(),
                    BlastRadiusBenchmark.command(),
                    HealingBenchmark.command(),
                    ObservationBenchmark.command(),
                    FirstSyncBenchmark.command(),
                    RenderingBenchmark.command(),
                    ClosureBenchmark.command(),
                    LargeRepositoryBenchmark.command(),
                    LargeRepositoriesBenchmark.command(),
                    DispatchBenchmark.command(),
                    TargetsBenchmark.command(),
                    ReceiverBenchmark.command(),
                    ReadModelBenchmark.command(),
                    ChainBenchmark.command(),
                    BundleCheck.command(),
                    RenderingComparison.command()),
                System.getenv())
            .run(arguments));
  }
}

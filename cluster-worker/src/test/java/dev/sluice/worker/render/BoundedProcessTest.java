package dev.sluice.worker.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.worker.render.BoundedProcess.Ending;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways to cap a program set the same limits. */
class BoundedProcessTest {

  private static final RenderLimits LIMITS =
      new RenderLimits(Duration.ofSeconds(60), 200L << 20, 1 << 20);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void capsMemoryTimeFilesAndCores(boolean fromOutside) throws Exception {
    long seconds = 60L * Runtime.getRuntime().availableProcessors();

    // from outside the first of them may come a moment after the program has begun
    Ending ending =
        run(
            "until test \"$(ulimit -c)\" = 0; do :; done;"
                + " echo $(ulimit -d) $(ulimit -H -d) $(ulimit -t) $(ulimit -f)",
            fromOutside);

    assertThat(ending)
        .isEqualTo(new Ending.Exited(0, "204800 204800 %d 524288\n".formatted(seconds), ""));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatOneProgramTakesIsBounded(boolean fromOutside) throws Exception {
    Ending ending = run("x=0123456789abcdef; while :; do x=$x$x; done", fromOutside);

    assertThat(ending).isInstanceOf(Ending.Exited.class);
    assertThat(((Ending.Exited) ending).code()).isNotZero();
  }

  @Test
  void whatEndsAtOnceHasEnded() throws Exception {
    for (int i = 0; i < 200; i++) {
      assertThat(run("exit 3", true)).isEqualTo(new Ending.Exited(3, "", ""));
    }
  }

  private Ending run(String script, boolean fromOutside) throws IOException, InterruptedException {
    Optional<OutsideLimits> outside = fromOutside ? OutsideLimits.ofThisSystem() : Optional.empty();
    assumeTrue(outside.isPresent() == fromOutside, "this system cannot cap from outside");
    return new BoundedProcess(
            List.of("/bin/sh", "-c", script), directory, Map.of("PATH", "/bin"), LIMITS, outside)
        .run();
  }
}

package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example alerts fire when they should, according to Prometheus' own program. */
class AlertsIT {

  private static final Path EXAMPLES = Path.of("../docs/examples");

  @Test
  void theRulesAreValid() throws Exception {
    promtool("check", "rules", "alerts.yaml");
  }

  @Test
  void theRulesFireAsTheirTestsSay() throws Exception {
    promtool("test", "rules", "alerts-test.yaml");
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    NeededProgram.check("promtool");
    ProcessBuilder builder = new ProcessBuilder("promtool");
    builder.command().addAll(List.of(arguments));
    Process process = builder.directory(EXAMPLES.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}

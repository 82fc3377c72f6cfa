package dev.sluice.standalone.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartStepsTest {

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void aStepIsPrintedWithItsTimeAndASlowOneWhileItRuns() throws Exception {
    try (StartSteps steps = steps()) {
      int result =
          steps.run(
              "broker",
              () -> {
                await().until(() -> text().contains("still starting: broker, 0 s"));
                return 7;
              });

      assertThat(result).isEqualTo(7);
      assertThat(text()).containsPattern("broker started after \\d+\\.\\d s");
    }
  }

  @Test
  void aStepThatFailsIsNotReady() {
    try (StartSteps steps = steps()) {
      assertThatThrownBy(
              () ->
                  steps.run(
                      "broker",
                      () -> {
                        throw new IllegalStateException("the port is in use");
                      }))
          .hasMessage("the port is in use");
      assertThat(text()).doesNotContain("started");
    }
  }

  private StartSteps steps() {
    return new StartSteps(new PrintStream(printed, true, UTF_8), Duration.ofMillis(20));
  }

  private String text() {
    return printed.toString(UTF_8);
  }
}

package dev.sluice.standalone.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void overwritesAndErasesItsLine() {
    assertThat(written(true))
        .isEqualTo(
            "\rretry [##########....................] 1/3"
                + "\rretry [##############################] 3/3"
                + "\r"
                + " ".repeat(42)
                + "\r");
  }

  @Test
  void isShownOnlyOnATerminal() {
    assertThat(written(false)).isEmpty();
  }

  private static String written(boolean interactive) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, UTF_8);
    Terminal terminal =
        new Terminal(stream, stream, interactive, Clock.systemUTC(), List.of(), Map.of());
    try (Progress progress = new Progress(terminal, "retry", 3)) {
      progress.done(1);
      progress.done(3);
    }
    return err.toString(UTF_8);
  }
}

package dev.sluice.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Foreign text on terminals and in logs. */
class VisibleTest {

  /** A terminal's title, a colour in C1, an overwritten line, reversed and invisible text. */
  static final String HOSTILE =
      "a\u001b]0;x\u0007b\u009b31mc\rd\u202ee\u2066f\u200bg\u007fh\ti\nj\u2028k\ud800l";

  private static final String SHOWN =
      "a\\u{001b}]0;x\\u{0007}b\\u{009b}31mc\\r"
          + "d\\u{202e}e\\u{2066}f\\u{200b}g\\u{007f}h\\ti\\n"
          + "j\\u{2028}k\\u{d800}l";

  @Test
  void controlAndInvisibleCharactersAreEscaped() {
    assertThat(Visible.line(HOSTILE)).isEqualTo(SHOWN);
    assertThat(Visible.line("naïve \u65e5\u672c \ud83d\ude00 C:\\n"))
        .isEqualTo("naïve \u65e5\u672c \ud83d\ude00 C:\\n");
  }

  @Test
  void jsonStaysTheSameJson() throws Exception {
    String text = HOSTILE.replace("\ud800", "\udb40\udc01");
    JsonNode node = Json.mapper().createObjectNode().put("actor", text).put("n", 1);
    String printed =
        Visible.json(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(node));
    assertThat(Json.mapper().readTree(printed)).isEqualTo(node);
    assertThat(printed.replace("\n", ""))
        .matches("\\p{Print}*")
        .contains("\\u009b", "\\u202e", "\\udb40\\udc01");
  }

  @Test
  void foreignTextCannotForgeLogLines(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("log");
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.putProperty("LOG_FILE", file.toString());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(VisibleTest.class.getResource("/logging/text-file.xml"));
    Logger log = context.getLogger("dev.sluice.test");
    String forged = "x\n2026-01-01T00:00:00.000Z INFO  Dispatcher all is well\u001b[2J";
    log.atWarn().addKeyValue("actor", forged).log("pushed by {}", forged);
    log.atWarn().setCause(new IllegalStateException(forged)).log("failed");
    context.stop();
    List<String> lines = Files.readAllLines(file);
    assertThat(lines)
        .noneMatch(line -> line.startsWith("2026-01-01"))
        .noneMatch(line -> line.contains("\u001b"));
    assertThat(lines.getFirst()).contains("pushed by x\\n2026-01-01", "actor=\"x\\n2026");
    assertThat(lines.subList(2, lines.size())).isNotEmpty().allMatch(line -> line.startsWith("  "));
  }
}

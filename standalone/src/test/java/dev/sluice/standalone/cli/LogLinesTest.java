package dev.sluice.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Text logs have one line per event, even if it quotes line breaks. */
class LogLinesTest {

  private static final List<String> TEXTS =
      List.of("/logback.xml", "/logging/text-stderr.xml", "/logging/text-file.xml");

  @Test
  void everyEventIsALineAndItsExceptionIsIndented(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("log");
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.putProperty("LOG_FILE", file.toString());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(Logging.class.getResource("/logging/text-file.xml"));
    var log = context.getLogger("dev.sluice.Test");

    log.atInfo().addKeyValue("ref", "a\nb").log("first");
    log.atInfo().log("second\nforged");
    log.atWarn().setCause(new IOException("no\nroute")).log("external");
    log.atInfo().setCause(new IllegalStateException("cause\nforged")).log("third");
    context.stop();

    List<String> lines = Files.readAllLines(file);
    assertThat(lines.get(0)).endsWith("INFO  Test first ref=\"a\\nb\"");
    assertThat(lines.get(1)).endsWith("INFO  Test second\\nforged ");
    assertThat(lines.get(2)).contains("WARN  Test external (").contains("no route");
    assertThat(lines.get(3)).endsWith("INFO  Test third ");
    assertThat(lines.subList(4, lines.size()))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith("  "));
  }

  @Test
  void textLogsHaveTheSamePattern() {
    assertThat(TEXTS.stream().map(LogLinesTest::pattern).distinct()).hasSize(1);
  }

  @Test
  void aConfigurationFileOfLogbackTakesPrecedence(@TempDir Path directory) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.putProperty("CONFIGURED_BY", "the file");
    System.setProperty("logback.configurationFile", directory.resolve("own.xml").toString());
    try {
      Logging.toFile(directory.resolve("log"));

      assertThat(context.getProperty("CONFIGURED_BY")).isEqualTo("the file");
      assertThat(directory.resolve("log")).doesNotExist();
    } finally {
      System.clearProperty("logback.configurationFile");
    }
  }

  private static String pattern(String resource) {
    try (var in = Logging.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), UTF_8)
          .replaceAll("(?s).*<pattern>(.*)</pattern>.*", "$1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.sluice.standalone.cli;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Destination and format of logs: lines of text with key=value pairs, or JSON. A configuration that
 * the system property {@code logback.configurationFile} names takes precedence.
 */
public final class Logging {

  private static final Setting<Format> FORMAT =
      Setting.of("log-format", "text|json", "format of log lines", Format::parse).or("text");
  private static final Setting<Optional<Path>> FILE =
      Setting.path("log-file", "write logs to this file instead of standard error").optional();

  public static final List<Setting<?>> SETTINGS = List.of(FORMAT, FILE);

  private Logging() {}

  public static void configure(SettingValues values) {
    configure(values.get(FORMAT), values.get(FILE));
  }

  /** Logs text to a file. */
  public static void toFile(Path file) {
    configure(Format.TEXT, Optional.of(file));
  }

  private static void configure(Format format, Optional<Path> file) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
      return; // Logback has read this file, and it is for debugging
    }
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    file.ifPresent(path -> context.putProperty("LOG_FILE", path.toString()));
    String resource =
        "/logging/%s-%s.xml"
            .formatted(
                format.name().toLowerCase(Locale.ROOT), file.isPresent() ? "file" : "stderr");
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    try {
      configurator.doConfigure(Logging.class.getResource(resource));
    } catch (JoranException e) {
      throw new IllegalStateException("cannot set up logging from " + resource, e);
    }
  }

  private enum Format {
    TEXT,
    JSON;

    static Format parse(String text) {
      return switch (text) {
        case "text" -> TEXT;
        case "json" -> JSON;
        default -> throw new IllegalArgumentException("expected text or json");
      };
    }
  }
}

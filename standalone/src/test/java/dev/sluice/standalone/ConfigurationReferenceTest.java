package dev.sluice.standalone;

import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/configuration.md matches the settings. {@code -Dsluice.write-docs=true} generates it. */
class ConfigurationReferenceTest {

  private static final Path REFERENCE = Path.of("../docs/configuration.md");

  @Test
  void theReferenceMatchesTheSettings() throws IOException {
    GeneratedPage.assertMatches(REFERENCE, generate());
  }

  private static String generate() {
    StringBuilder text =
        new StringBuilder(
            """
            # Configuration reference

            Generated from the settings. Each setting is

            - an option of the command, such as `--topic-prefix`
            - an environment variable, `SLUICE_` and the option's name in upper case, such as `SLUICE_TOPIC_PREFIX`
            - a key of the YAML file that `--config` or `SLUICE_CONFIG` names, such as `topic-prefix`

            The option takes precedence over the variable, and the variable over the file. Several values are separated by
            `;` in a variable, and are a list in the file. Unknown options, keys and `SLUICE_*` variables are refused. All
            problems are reported at once.

            Times are written as `250ms`, `15s`, `5m`, `12h`, `30d`. Secrets are given by reference, `env:NAME` or
            `file:PATH`, never by value. Prefer `file:PATH`: processes of the same user can read a process's environment.
            """);
    for (Command command : Main.commands()) {
      text.append("\n## sluice %s\n\n".formatted(command.name()))
          .append(GeneratedPage.paragraph(command.description()))
          .append('\n');
      Stream.concat(
              command.parameter().stream().map(ConfigurationReferenceTest::parameter),
              command.settings().stream().map(ConfigurationReferenceTest::description))
          .map(GeneratedPage::item)
          .forEach(text::append);
    }
    return text.toString();
  }

  private static String parameter(Setting<?> setting) {
    return "`%s` (%san argument without an option's name): %s"
        .formatted(setting.label(), setting.required() ? "required, " : "", setting.description());
  }

  private static String description(Setting<?> setting) {
    String value =
        setting.required()
            ? " (required)"
            : setting
                .fallback()
                .filter(fallback -> !fallback.isEmpty())
                .map(" (default `%s`)"::formatted)
                .orElse("");
    return "`%s %s`%s: %s%s"
        .formatted(
            setting.option(),
            setting.label(),
            value,
            setting.description(),
            setting.many() ? " (may be repeated)" : "");
  }
}

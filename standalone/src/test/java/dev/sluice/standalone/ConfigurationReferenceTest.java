package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/configuration.md matches the settings. {@code -Dsluice.write-docs=true} generates it. */
class ConfigurationReferenceTest {

  private static final Path REFERENCE = Path.of("../docs/configuration.md");

  @Test
  void theReferenceMatchesTheSettings() throws IOException {
    String generated = generate();
    if (Boolean.getBoolean("sluice.write-docs")) {
      Files.writeString(REFERENCE, generated);
    }
    assertThat(REFERENCE).hasContent(generated);
  }

  private static String generate() {
    StringBuilder text =
        new StringBuilder(
            """
            # Configuration reference

            Generated from the settings. Each is an option of the command, an environment variable, and a key (the option
            without `--`) of the YAML file given by `--config` or `SLUICE_CONFIG`; the option wins, then the variable, then
            the file. Several values are separated by `;` in a variable and are a list in the file. Unknown options, keys
            and `SLUICE_*` variables are refused, and all problems are reported at once. Times are written `250ms`, `15s`,
            `5m`, `12h`, `30d`. Secrets are given by reference, `env:NAME` or `file:PATH`, never by value. Prefer
            `file:PATH`: processes of the same user can read a process's environment.
            """);
    for (Command command : Main.commands()) {
      text.append(
          "%n## sluice %s%n%n%s%n%n| option | variable | default | meaning |%n|---|---|---|---|%n"
              .formatted(command.name(), command.description()));
      command.settings().forEach(setting -> text.append(row(setting)));
    }
    return text.toString();
  }

  private static String row(Setting<?> setting) {
    String fallback =
        setting.required()
            ? "required"
            : setting
                .fallback()
                .filter(value -> !value.isEmpty())
                .map("`%s`"::formatted)
                .orElse("-");
    return "| `%s %s` | `%s` | %s | %s%s |%n"
        .formatted(
            setting.option(),
            setting.label().replace("|", "\\|"),
            setting.variable(),
            fallback,
            setting.description().replace("|", "\\|"),
            setting.many() ? " (may be repeated)" : "");
  }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All sources are formatted by google-java-format; {@code -Dsluice.format=true} formats them
 * instead of failing. This is a test, not a Maven plugin, since Maven may run on a JDK that cannot
 * parse the sources.
 */
class SourceFormatTest {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  @Test
  void sourcesAreFormatted() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(REPOSITORY)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> file.toString().contains("/src/"))
              .filter(file -> !file.toString().contains("/target/"))
              .toList();
    }
    assertThat(sources).hasSizeGreaterThan(100);
    assertThat(sources.stream().filter(SourceFormatTest::isUnformatted))
        .as(
            "unformatted sources; to format: mvn test -pl standalone -am -Dtest=SourceFormatTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dsluice.format=true")
        .isEmpty();
  }

  private static boolean isUnformatted(Path source) {
    try {
      String text = Files.readString(source);
      String formatted = format(text);
      if (formatted.equals(text)) {
        return false;
      }
      if (Boolean.getBoolean("sluice.format")) {
        Files.writeString(source, formatted);
        return false;
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FormatterException e) {
      throw new AssertionError("cannot read " + source, e);
    }
  }

  private static String format(String text) throws FormatterException {
    JavaFormatterOptions options = JavaFormatterOptions.defaultOptions();
    String ordered =
        ImportOrderer.reorderImports(
            RemoveUnusedImports.removeUnusedImports(text), options.style());
    return new Formatter(options).formatSource(ordered);
  }
}

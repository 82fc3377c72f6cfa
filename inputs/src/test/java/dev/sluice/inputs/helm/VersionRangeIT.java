package dev.sluice.inputs.helm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.version.VersionRange;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares ranges with helm, which disables a dependency by its condition only if its version is in
 * the range.
 */
class VersionRangeIT {

  private static final List<String> VERSIONS =
      List.of(
          "0.0.0",
          "0.0.3",
          "0.0.4",
          "0.2.2",
          "0.2.3",
          "0.3.0",
          "1.0.0",
          "1.2.2",
          "1.2.3",
          "v1.2.4",
          "1.3.0+build",
          "1.4.5",
          "1.4.6",
          "2.0.0",
          "2.0.1",
          "2.5.0",
          "3.0.0");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "x",
        "1",
        "1.x",
        "1.2",
        "1.2.x",
        "1.2.*",
        "v1.2.3",
        "=1.2.3",
        "= 1.2",
        "!=1.2.3",
        "!=1.2",
        ">1",
        ">1.2",
        ">1.2.3",
        "<2",
        "<1.2.3",
        ">=1.2",
        "=>1.2.3",
        "<=1",
        "<=1.2",
        "<=1.2.3",
        "=<1.2.3",
        "~1",
        "~1.2",
        "~1.2.3",
        "~>1.2",
        "~0.0.0",
        "^1",
        "^1.2",
        "^1.2.3",
        "^0",
        "^0.0",
        "^0.0.3",
        "^0.2.3",
        "^0.2",
        "~0.2",
        ">=1.0.0-0",
        ">=1.2.3-rc.1",
        "^1.0.0-0",
        ">=1, <2",
        ">= 1.2 < 1.3",
        "1.2 - 1.4",
        "1.2.3 - 2",
        "1.x || >=2.5.0",
        "<1 || 2.0.0"
      })
  void agreesWithHelm(String range) throws Exception {
    NeededProgram.check("helm");
    StringBuilder chart = new StringBuilder("name: web\nversion: 1.0.0\ndependencies:\n");
    for (int i = 0; i < VERSIONS.size(); i++) {
      chart.append(
          "- {name: c%1$dx, version: '%2$s', alias: a%1$d, condition: known}%n"
              .formatted(i, range));
      write(
          "charts/c%d/Chart.yaml".formatted(i),
          "{apiVersion: v2, name: c%dx, version: %s}".formatted(i, VERSIONS.get(i)));
      write("charts/c%d/templates/a.yaml".formatted(i), "kind: c%dx\n".formatted(i));
    }
    write("Chart.yaml", "apiVersion: v2\n" + chart);
    write("values.yaml", "known: false\n");

    String rendered = helm();

    VersionRange parsed = VersionRange.parse(range).orElseThrow();
    for (int i = 0; i < VERSIONS.size(); i++) {
      assertThat(parsed.excludes(VERSIONS.get(i)))
          .as("%s in %s", VERSIONS.get(i), range)
          .isEqualTo(rendered.contains("kind: c%dx".formatted(i)));
    }
  }

  private void write(String path, String text) throws IOException {
    Path file = directory.resolve("web").resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String helm() throws Exception {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder("helm", "template", "r", directory.resolve("web").toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("helm did not come to an end");
    }
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}

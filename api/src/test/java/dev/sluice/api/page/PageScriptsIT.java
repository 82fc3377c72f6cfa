package dev.sluice.api.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the unit tests of the page's modules, in src/test/js, with Node's test runner. */
class PageScriptsIT {

  @Test
  void theModulesPassTheirTests(@TempDir Path directory) throws Exception {
    NeededProgram.check("node");
    copy(Path.of("src/main/resources/dev/sluice/api/page"), directory.resolve("page"));
    copy(Path.of("src/test/js"), directory.resolve("test"));
    Files.writeString(directory.resolve("package.json"), "{\"type\": \"module\"}");

    Process node =
        new ProcessBuilder("node", "--test", "test/")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(node.getInputStream().readAllBytes(), UTF_8);

    assertThat(node.waitFor()).as(output).isZero();
    assertThat(output).containsPattern("# pass [1-9]");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, to.resolve(from.relativize(file).toString()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}

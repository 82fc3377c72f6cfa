package dev.sluice.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PageTest {

  private static final Path FOLDER = Path.of("src/main/resources/dev/sluice/api/page");
  private static final Pattern IMPORT =
      Pattern.compile("^(?:import|export) [^;]*?from ?['\"]([^'\"]+)['\"]", Pattern.MULTILINE);

  @Test
  void theListNamesEveryFileButTheDocument() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      List<String> names =
          files
              .filter(Files::isRegularFile)
              .map(file -> FOLDER.relativize(file).toString())
              .filter(name -> !List.of("index.html", "files.txt").contains(name))
              .sorted()
              .toList();

      assertThat(Files.readAllLines(FOLDER.resolve("files.txt")))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void theDocumentHasNoInlineScriptOrStyle() throws IOException {
    String document = Files.readString(FOLDER.resolve("index.html"));

    assertThat(document).doesNotContainPattern("<script(?![^>]*\\bsrc=)");
    assertThat(document).doesNotContainPattern("<style|\\bstyle=|\\bon[a-z]+=|https?://");
  }

  @Test
  void modulesImportOnlyFilesOfThePage() throws IOException {
    for (String name : Files.readAllLines(FOLDER.resolve("files.txt"))) {
      if (name.endsWith(".js")) {
        Path module = FOLDER.resolve(name);
        Matcher imported = IMPORT.matcher(Files.readString(module));
        while (imported.find()) {
          assertThat(imported.group(1)).as(name).startsWith("./");
          assertThat(module.resolveSibling(imported.group(1)).normalize()).as(name).exists();
        }
      }
    }
  }

  /** Values of templates become text. Only these would make them markup or code. */
  @Test
  void modulesMakeNoMarkupOfTexts() throws IOException {
    for (String name : Files.readAllLines(FOLDER.resolve("files.txt"))) {
      if (name.endsWith(".js") && !name.startsWith("vendor/")) {
        assertThat(Files.readString(FOLDER.resolve(name)))
            .as(name)
            .doesNotContain(
                "innerHTML",
                "outerHTML",
                "insertAdjacent",
                "document.write",
                "dangerously",
                "new Function");
      }
    }
  }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links of the documentation lead somewhere, its lines are short, and its index is complete. */
class DocumentationTest {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Path DOCS = REPOSITORY.resolve("docs");
  private static final int MAX_LINE = 120;
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADER = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");

  @Test
  void linksLeadToFilesAndHeaders() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      LINK.matcher(withoutCode(page))
          .results()
          .map(link -> link.group(1))
          .filter(link -> !link.contains("://"))
          .filter(link -> !isThere(page, link))
          .forEach(link -> broken.add(REPOSITORY.relativize(page) + " -> " + link));
    }
    assertThat(broken).isEmpty();
  }

  /** Rows of tables and code cannot be broken; the reference of the settings is generated. */
  @Test
  void linesOfTextAreShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path page : pages()) {
      withoutCode(page)
          .lines()
          .filter(_ -> !page.endsWith("configuration.md"))
          .filter(line -> !line.startsWith("    "))
          .filter(line -> line.length() > MAX_LINE && !line.startsWith("|"))
          .forEach(line -> tooLong.add(REPOSITORY.relativize(page) + ": " + line));
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void theIndexHasEveryPage() throws IOException {
    String index = Files.readString(DOCS.resolve("README.md"));
    try (Stream<Path> pages = Files.list(DOCS)) {
      assertThat(pages.map(page -> page.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".md") && !name.equals("README.md"))
          .allSatisfy(name -> assertThat(index).contains("(" + name + ")"));
    }
  }

  private static boolean isThere(Path page, String link) {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
  }

  /** Anchors as forges make them from headers. */
  private static Set<String> anchors(Path page) {
    Set<String> anchors = new HashSet<>();
    HEADER
        .matcher(withoutCode(page))
        .results()
        .map(header -> header.group(1).toLowerCase(Locale.ROOT))
        .map(header -> header.replaceAll("[^\\p{Alnum}\\s_-]", "").replace(' ', '-'))
        .forEach(anchors::add);
    return anchors;
  }

  private static String withoutCode(Path page) {
    try {
      return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(REPOSITORY, 3)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> !REPOSITORY.relativize(file).toString().startsWith("."))
          .sorted()
          .toList();
    }
  }
}

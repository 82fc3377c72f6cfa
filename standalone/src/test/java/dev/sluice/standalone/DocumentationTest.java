package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Links of the documentation, and the tests and packages that it names, exist. Its lines are short,
 * and its index is complete.
 */
class DocumentationTest {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Path DOCS = REPOSITORY.resolve("docs");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADER = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");

  /** A block without a language has output of a program, which cannot be broken. */
  private static final Pattern OUTPUT = Pattern.compile("(?ms)^ *```(\\w*)$(.*?)^ *```$");

  private static final Pattern TEST =
      Pattern.compile("`([A-Z][a-z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");
  private static final Pattern WORD = Pattern.compile("`([\\w-]+)`");

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

  @Test
  void linesAreShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path page : pages()) {
      withoutOutput(Files.readString(page))
          .lines()
          .filter(line -> line.length() > GeneratedPage.MAX_LINE)
          .forEach(line -> tooLong.add(REPOSITORY.relativize(page) + ": " + line));
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void testsThatPagesNameExist() throws IOException {
    Map<String, String> sources = testSources();
    List<String> missing = new ArrayList<>();
    for (Path page : pages()) {
      TEST.matcher(withoutCode(page))
          .results()
          .filter(test -> !isThere(sources, test.group(1), test.group(2)))
          .forEach(test -> missing.add(REPOSITORY.relativize(page) + ": " + test.group()));
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void packagesOfTheMapExist() throws IOException {
    List<String> missing = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(REPOSITORY.resolve("CONTRIBUTING.md"))) {
      String place = line.replaceFirst("^.*\\| (`[\\w-]+`: .*) \\|$", "$1");
      if (place.equals(line)) {
        continue;
      }
      rows++;
      List<String> words = WORD.matcher(place).results().map(word -> word.group(1)).toList();
      Set<String> packages = packages(REPOSITORY.resolve(words.getFirst()));
      words.stream()
          .skip(1)
          .filter(word -> !packages.contains(word))
          .forEach(word -> missing.add(words.getFirst() + ": " + word));
    }
    assertThat(missing).isEmpty();
    assertThat(rows).isGreaterThan(5);
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

  private static boolean isThere(Map<String, String> sources, String test, String method) {
    return sources.containsKey(test)
        && (method == null || sources.get(test).contains(" " + method + "("));
  }

  /** The sources of all test classes by simple name; those of several modules are joined. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(REPOSITORY)) {
      for (Path file :
          files
              .filter(each -> each.toString().contains("/src/test/java/"))
              .filter(each -> each.toString().endsWith(".java"))
              .toList()) {
        String name = file.getFileName().toString();
        sources.merge(
            name.substring(0, name.length() - ".java".length()),
            Files.readString(file),
            String::concat);
      }
    }
    return sources;
  }

  private static Set<String> packages(Path module) throws IOException {
    try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
      return files
          .filter(Files::isDirectory)
          .map(directory -> directory.getFileName().toString())
          .collect(Collectors.toSet());
    }
  }

  private static String withoutOutput(String page) {
    return OUTPUT
        .matcher(page)
        .replaceAll(
            block -> block.group(1).isEmpty() ? "" : Matcher.quoteReplacement(block.group()));
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

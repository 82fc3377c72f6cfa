package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.sluice.contract.event.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reader of a directory's documents: {@code *.yaml} and {@code *.yml} without hidden names. */
final class FleetFiles {

  /** Documents of a directory, and the problems of unreadable files. */
  record Content(List<FleetDocument> documents, List<FleetProblem> unreadable) {}

  /** Maximum size of a file: the parser's own limit, which is in characters. */
  private static final int MAX_BYTES = 3 * 1024 * 1024;

  private static final int MAX_DEPTH = 16;

  /**
   * Maximum length of a line. The parser copies its look-ahead with each KiB of a scalar in one
   * line, so its cost grows with the square of this.
   */
  private static final int MAX_LINE = 64 * 1024;

  private static final int MAX_MESSAGE = 1_000;

  /** Maximum number of mappings, lists and scalars of a file; an application takes a few dozen. */
  private static final int MAX_VALUES = 400_000;

  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private final Path directory;
  private final List<FleetDocument> documents = new ArrayList<>();
  private final List<FleetProblem> unreadable = new ArrayList<>();

  private FleetFiles(Path directory) {
    this.directory = directory;
  }

  static Content read(Path directory) {
    FleetFiles files = new FleetFiles(directory);
    for (Path file : files.list()) {
      files.read(file, directory.relativize(file).toString());
    }
    return new Content(files.documents, files.unreadable);
  }

  private List<Path> list() {
    try {
      Path real = directory.toRealPath(); // the directory itself may be a link
      try (Stream<Path> paths = Files.walk(real, MAX_DEPTH)) {
        return paths
            .map(path -> directory.resolve(real.relativize(path)))
            .filter(this::isDocument)
            .sorted()
            .toList();
      }
    } catch (IOException | UncheckedIOException e) {
      unreadable(directory.toString(), "cannot be listed: " + e.getMessage());
      return List.of();
    }
  }

  private boolean isDocument(Path path) {
    for (Path name : directory.relativize(path)) {
      if (name.toString().startsWith(".")) {
        return false;
      }
    }
    String name = path.toString();
    return (name.endsWith(".yaml") || name.endsWith(".yml")) && !Files.isDirectory(path);
  }

  private void read(Path file, String name) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        unreadable(name, "is larger than %d MiB".formatted(MAX_BYTES >> 20));
        return;
      }
      byte[] bytes = Files.readAllBytes(file);
      // an editor that is writing the file leaves it empty for a moment
      if (bytes.length == 0) {
        unreadable(name, "is empty: delete the file if nothing should be in it");
        return;
      }
      int tooLong = longLine(bytes);
      if (tooLong > 0) {
        unreadable(
            name,
            "has more than %d KiB in line %d: break it into several lines"
                .formatted(MAX_LINE >> 10, tooLong));
        return;
      }
      Optional<String> refusal = refusal(bytes);
      if (refusal.isPresent()) {
        unreadable(name, refusal.get());
        return;
      }
      parse(bytes, name);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      unreadable(name, "is not valid YAML at line %d: %s".formatted(line, e.getOriginalMessage()));
    } catch (IOException | RuntimeException e) {
      unreadable(name, "cannot be read: " + e);
    }
  }

  private void parse(byte[] bytes, String name) throws IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(bytes);
        MappingIterator<JsonNode> nodes = YAML.readerFor(JsonNode.class).readValues(parser)) {
      for (int number = 1; nodes.hasNextValue(); number++) {
        JsonNode node = nodes.nextValue();
        if (node instanceof ObjectNode root) {
          documents.add(new FleetDocument(name, number, root));
        } else if (node != null && !node.isNull() && !node.isMissingNode()) {
          unreadable.add(new FleetProblem(name, number, "", "must be a mapping"));
        }
      }
    }
  }

  /** Returns the number of the first line that is too long; 0 if none is. */
  private static int longLine(byte[] bytes) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line++;
        start = i + 1;
      } else if (i - start >= MAX_LINE) {
        return line;
      }
    }
    return 0;
  }

  /**
   * Returns why a file is refused, from the parser's events before anything is kept in memory.
   * Aliases would be read as plain strings, and YAML bombs consist of them.
   */
  private static Optional<String> refusal(byte[] bytes) throws IOException {
    int values = 0;
    try (YAMLParser parser = YAML.getFactory().createParser(bytes)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && parser.isCurrentAlias()) {
          return Optional.of("uses YAML aliases (*name), which are not supported: write it out");
        }
        values += token.isScalarValue() || token.isStructStart() ? 1 : 0;
        if (values > MAX_VALUES) {
          return Optional.of(
              "has more than %d values: split it into several files".formatted(MAX_VALUES));
        }
      }
      return Optional.empty();
    }
  }

  private void unreadable(String file, String message) {
    unreadable.add(new FleetProblem(file, 0, "", Excerpt.of(message, MAX_MESSAGE)));
  }
}

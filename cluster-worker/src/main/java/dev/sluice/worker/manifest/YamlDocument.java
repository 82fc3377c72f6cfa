package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.sluice.contract.event.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * One document of a YAML or JSON text, as a JSON tree.
 *
 * @param index counted from 1, empty documents included
 * @param line where it begins, counted from 1
 */
public record YamlDocument(JsonNode content, int index, int line) {

  /** More than any real application has, and few enough to be held in memory. */
  public static final int MAX_DOCUMENTS = 10_000;

  /**
   * Reads all documents that are not empty.
   *
   * <p>Duplicate keys, values that JSON has not, recursion, and texts that grow by aliases are
   * refused. Messages carry positions, never content, which may be secret.
   *
   * @param source names the text in messages
   * @throws ManifestException if the text is neither YAML nor JSON, or beyond a limit
   */
  public static List<YamlDocument> readAll(String text, String source) throws ManifestException {
    String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (content.stripLeading().startsWith("{")) {
      Optional<List<YamlDocument>> json = asJson(content, source);
      if (json.isPresent()) {
        return json.get();
      }
    }
    try {
      return new YamlTrees(content, source).read();
    } catch (MarkedYamlEngineException e) {
      throw unreadable(source, e.getProblemMark().map(m -> m.getLine() + 1), e.getProblem());
    } catch (YamlEngineException e) {
      throw unreadable(source, Optional.empty(), e.getMessage());
    } catch (YamlTrees.RefusedException e) {
      throw unreadable(source, Optional.of(e.line()), e.getMessage());
    }
  }

  /** Strict JSON, which YAML does not quite include: tabs, and documents without separators. */
  private static Optional<List<YamlDocument>> asJson(String text, String source)
      throws ManifestException {
    List<YamlDocument> documents = new ArrayList<>();
    try (JsonParser parser = Json.mapper().createParser(text);
        MappingIterator<JsonNode> values =
            Json.mapper().readerFor(JsonNode.class).readValues(parser)) {
      while (values.hasNextValue()) {
        int line = values.getCurrentLocation().getLineNr();
        if (documents.size() == MAX_DOCUMENTS) {
          throw tooMany(source);
        }
        JsonNode value = WholeNumbers.in(values.nextValue());
        documents.add(new YamlDocument(value, documents.size() + 1, line));
      }
      return Optional.of(documents);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("a string is always readable", e);
    }
  }

  static ManifestException tooMany(String source) {
    return ManifestException.unreadable(
        "TooManyDocuments",
        "%s holds more than %d documents: split the application".formatted(source, MAX_DOCUMENTS));
  }

  private static ManifestException unreadable(
      String source, Optional<Integer> line, @Nullable String problem) {
    return ManifestException.unreadable(
        "Unreadable",
        "%s%s is not readable as YAML or JSON: %s"
            .formatted(
                source,
                line.map(number -> ", line " + number + ",").orElse(""),
                problem == null ? "syntax error" : problem));
  }
}

package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.GoScalars;
import dev.sluice.contract.yaml.JsonSize;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlTrees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One document of a YAML or JSON text, as a JSON tree.
 *
 * @param index counted from 1, including empty documents
 * @param line of its first character, counted from 1
 */
public record YamlDocument(JsonNode content, int index, int line) {

  /** Maximum number of documents: more than any real application has, and few enough for memory. */
  public static final int MAX_DOCUMENTS = 10_000;

  /** Maximum length of a text in characters. */
  public static final int MAX_TEXT = Allowance.MAX_APPLICATION;

  private static final Pattern SURROGATE = Pattern.compile("\\p{Cs}");

  /** Reads a text that is the only one of its application. */
  public static List<YamlDocument> readAll(String text, String source) throws ManifestException {
    return readAll(text, source, Allowance.ofApplication());
  }

  /**
   * Reads all documents that are not empty. An aliased value is shared by several parents in the
   * trees, so these must not be changed.
   *
   * <p>Duplicate keys, values that JSON does not have, recursion, and texts that are too large,
   * also through aliases, are refused. Messages contain positions, never content, which may be
   * secret.
   *
   * @param source names the text in messages
   * @param allowance the application's remaining limits, which are reduced
   * @throws ManifestException if the text is neither YAML nor JSON, or exceeds a limit
   */
  public static List<YamlDocument> readAll(String text, String source, Allowance allowance)
      throws ManifestException {
    if (text.length() > MAX_TEXT) {
      throw tooLarge("%s has more than %d Mi characters".formatted(source, MAX_TEXT >> 20));
    }
    String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
    try {
      if (content.stripLeading().startsWith("{")) {
        Optional<List<YamlDocument>> json = asJson(content, source, allowance);
        if (json.isPresent()) {
          return json.get();
        }
      }
      return asYaml(content, source, allowance);
    } catch (YamlException e) {
      String place = e.line() > 0 ? "%s, line %d,".formatted(source, e.line()) : source;
      throw switch (e.reason()) {
        case TOO_LARGE -> tooLarge("%s is too large: %s".formatted(place, e.getMessage()));
        case INVALID ->
            ManifestException.unreadable(
                RenderFailure.UNREADABLE,
                "%s is not readable as YAML or JSON: %s".formatted(place, e.getMessage()));
      };
    }
  }

  private static List<YamlDocument> asYaml(String text, String source, Allowance allowance)
      throws ManifestException {
    List<YamlDocument> documents = new ArrayList<>();
    YamlTrees trees = new YamlTrees(text, new GoScalars(), allowance);
    for (var next = trees.next(); next.isPresent(); next = trees.next()) {
      YamlTrees.Document document = next.get();
      if (document.index() > MAX_DOCUMENTS) {
        throw tooMany(source);
      }
      if (!document.content().isNull()) {
        documents.add(new YamlDocument(document.content(), document.index(), document.line()));
      }
    }
    return documents;
  }

  /**
   * Parses strict JSON, of which YAML does not accept everything: tabs, and documents without
   * separators.
   */
  private static Optional<List<YamlDocument>> asJson(
      String text, String source, Allowance allowance) throws ManifestException {
    List<YamlDocument> documents = new ArrayList<>();
    try (JsonParser parser = Json.mapper().createParser(text);
        MappingIterator<JsonNode> values =
            Json.mapper().readerFor(JsonNode.class).readValues(parser)) {
      allowance.take(0, count(text), 1);
      while (values.hasNextValue()) {
        int line = values.getCurrentLocation().getLineNr();
        if (documents.size() == MAX_DOCUMENTS) {
          throw tooMany(source);
        }
        JsonNode value = yamlValues(values.nextValue());
        allowance.take(JsonSize.of(value), 0, line);
        documents.add(new YamlDocument(value, documents.size() + 1, line));
      }
      return Optional.of(documents);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("a string is always readable", e);
    }
  }

  /** Counts values before any is kept in memory. */
  private static int count(String json) throws IOException {
    int count = 0;
    try (JsonParser tokens = Json.mapper().createParser(json)) {
      for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
        if (token.isScalarValue() || token.isStructStart()) {
          count++;
        }
      }
    }
    return count;
  }

  static ManifestException tooMany(String source) {
    return ManifestException.unreadable(
        RenderFailure.TOO_MANY_DOCUMENTS,
        "%s holds more than %d documents: split the application".formatted(source, MAX_DOCUMENTS));
  }

  static ManifestException tooLarge(String problem) {
    return ManifestException.unreadable(
        SourceFailure.TOO_LARGE, problem + "; split the application");
  }

  /**
   * Converts the values of a JSON tree, in place, to those that the same text has as YAML.
   *
   * @throws IllegalArgumentException if a number is out of range, or a text has half of a surrogate
   *     pair, which is no character
   */
  private static JsonNode yamlValues(JsonNode node) {
    switch (node) {
      case ObjectNode object -> {
        object.fieldNames().forEachRemaining(YamlDocument::requireCharacters);
        object.properties().forEach(e -> e.setValue(yamlValues(e.getValue())));
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, yamlValues(array.get(i)));
        }
      }
      case TextNode text -> requireCharacters(text.textValue());
      default -> {
        if (node.isFloatingPointNumber()) {
          return GoScalars.real(node.doubleValue());
        }
      }
    }
    return node;
  }

  private static void requireCharacters(String text) {
    if (SURROGATE.matcher(text).find()) {
      throw new IllegalArgumentException("a text has half of a surrogate pair");
    }
  }
}

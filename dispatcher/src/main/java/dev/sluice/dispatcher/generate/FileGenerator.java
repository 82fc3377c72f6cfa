package dev.sluice.dispatcher.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.FileScalars;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlTrees;
import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * YAML and JSON files of a repository. A mapping is one element, a list of mappings one for each.
 * The names of a file's path are values, too.
 *
 * @param field of the document that has the generator
 * @param name of the repository in the fleet
 */
public record FileGenerator(
    String field, String name, GeneratorSource source, PathSelection selection)
    implements Generator {

  static final String FILENAME = "path.filename";

  /** The largest file in bytes. */
  private static final int MAX_BYTES = 256 << 10;

  private static final int MAX_MESSAGE = 300;

  @Override
  public List<Element> elements(Input input) {
    if (!(input.trees().of(source) instanceof GeneratorTrees.Answer.At at)) {
      throw new UnreadSourceException(source, input.trees().of(source));
    }
    Allowance allowance = Allowance.ofApplication();
    List<Element> elements = new ArrayList<>();
    for (TreeEntry entry : selection.find(field, at.tree(), input.budget()).values()) {
      switch (entry.kind()) {
        case FILE, EXECUTABLE -> read(entry, at, allowance, input, elements);
        case SYMLINK ->
            problem(input, entry.path(), "is a symbolic link, which is not followed: commit it");
        case MISNAMED ->
            problem(input, entry.path(), "has a name that is not UTF-8 or has control characters");
        case DIRECTORY, GITLINK -> {}
      }
      Generator.requireBounded(field, elements.size());
    }
    return List.copyOf(elements);
  }

  private void read(
      TreeEntry entry,
      GeneratorTrees.Answer.At at,
      Allowance allowance,
      Input input,
      List<Element> elements) {
    String path = entry.path();
    try {
      JsonNode content = content(at.tree(), entry, allowance, input);
      if (content instanceof ObjectNode values) {
        elements.add(element(values, path, "", at));
      } else if (content.isArray()) {
        for (JsonNode item : content) {
          if (!(item instanceof ObjectNode values)) {
            throw new IllegalArgumentException("must be a mapping, or a list of mappings");
          }
          elements.add(element(values, path, " (%d)".formatted(elements.size() + 1), at));
        }
      } else {
        throw new IllegalArgumentException("must be a mapping, or a list of mappings");
      }
    } catch (YamlException e) {
      problem(
          input,
          "%s:%d".formatted(path, e.line()),
          Excerpt.of(String.valueOf(e.getMessage()), MAX_MESSAGE));
    } catch (CharacterCodingException e) {
      problem(input, path, "is not UTF-8");
    } catch (FileTooLargeException e) {
      problem(input, path, "is larger than %d KiB".formatted(MAX_BYTES >> 10));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      problem(input, path, Excerpt.of(String.valueOf(e.getMessage()), MAX_MESSAGE));
    }
    if (allowance.isExceeded()) {
      throw new GeneratorException(field, "the files are too large in all: select fewer");
    }
  }

  private JsonNode content(SourceTree tree, TreeEntry entry, Allowance allowance, Input input)
      throws CharacterCodingException, JsonProcessingException {
    byte[] bytes = tree.read(entry, MAX_BYTES);
    input.budget().read(field, bytes.length);
    String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    YamlTrees trees = new YamlTrees(text, new FileScalars(), Allowance.ofFileOf(allowance));
    JsonNode content =
        trees.next().orElseThrow(() -> new IllegalArgumentException("is empty")).content();
    if (trees.next().isPresent()) {
      throw new IllegalArgumentException("has several documents: write a list of mappings");
    }
    return Json.mapper().readTree(content.toString()); // whole numbers then have the same type
  }

  private Element element(
      ObjectNode content, String path, String number, GeneratorTrees.Answer.At at) {
    Map<String, JsonNode> values =
        new HashMap<>(PathValues.of(path.substring(0, Math.max(0, path.lastIndexOf('/')))));
    values.put(FILENAME, TextNode.valueOf(path.substring(path.lastIndexOf('/') + 1)));
    content
        .properties()
        .forEach(
            each -> {
              if (each.getKey().equals(PATH) || each.getKey().startsWith(PATH + ".")) {
                throw new IllegalArgumentException(
                    "has a value '%s', which is the name of the file's path: rename it"
                        .formatted(each.getKey()));
              }
              values.put(each.getKey(), each.getValue());
            });
    return new Element(
        values, "file '%s'%s of %s at %s".formatted(path, number, name, at.commit().abbreviated()));
  }

  private void problem(Input input, String place, String message) {
    input.problem(field, "file %s of %s: %s".formatted(place, name, message));
  }

  /** Any name may be that of a value in a file, except those of paths. */
  @Override
  public boolean mayHave(String value) {
    boolean isOfPath = value.equals(PATH) || value.startsWith(PATH + ".");
    return !isOfPath || PathValues.mayHave(value) || value.equals(FILENAME);
  }

  @Override
  public Stream<GeneratorSource> sources() {
    return Stream.of(source);
  }
}

package dev.sluice.worker.render;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.PluginName;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.RenderException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The generators, transformers and validators that kustomizations name. All kustomizations among
 * the files count, whether the build reaches them or not: the programs that may run must not depend
 * on resolving references exactly as kustomize does.
 */
final class PluginReferences {

  private static final Set<String> FIELDS = Set.of("generators", "transformers", "validators");
  private static final Pattern MENTION =
      Pattern.compile("generators|transformers|validators", Pattern.CASE_INSENSITIVE);

  private final InputTree tree;
  private final Map<String, String> texts = new HashMap<>();
  private final List<Configuration> configurations = new ArrayList<>();
  private final List<String> kustomizations = new ArrayList<>();
  private final Set<String> files = new TreeSet<>();

  /**
   * One entry of a field.
   *
   * @param where the file that holds the text
   * @param text empty if the entry leads to none
   */
  private record Configuration(String where, String text) {}

  private PluginReferences(List<InputFile> files) throws RenderException {
    this.tree = new InputTree(files);
    for (InputFile file : files) {
      if (file instanceof InputFile.Text text) {
        texts.put(text.path(), text.text());
      }
    }
  }

  /** Finds them. Unreadable kustomizations name none; kustomize cannot read them either. */
  static PluginReferences of(List<InputFile> files) throws RenderException {
    List<InputFile> kustomizations =
        files.stream().filter(file -> KustomizationFiles.isKustomization(file.path())).toList();
    return kustomizations.stream().anyMatch(PluginReferences::mayName)
        ? ofAll(files)
        : new PluginReferences(List.of());
  }

  /** Finds them in all kustomizations, without the check by text whether one may name any. */
  static PluginReferences ofAll(List<InputFile> files) throws RenderException {
    PluginReferences found = new PluginReferences(files);
    for (InputFile file : files) {
      if (KustomizationFiles.isKustomization(file.path())) {
        found.collect(file.path());
      }
    }
    return found;
  }

  /** Returns whether a kustomization may name one; most do not, and need not be parsed. */
  private static boolean mayName(InputFile kustomization) {
    return !(kustomization instanceof InputFile.Text text) || MENTION.matcher(text.text()).find();
  }

  /** Returns whether there is one that is not built into kustomize. */
  boolean areAny() {
    return configurations.stream()
        .flatMap(configuration -> documents(configuration.text(), configuration.where()).stream())
        .anyMatch(document -> !isBuiltIn(document));
  }

  /**
   * Returns the files that kustomize itself reads as kustomization or configuration; plugins read
   * all.
   */
  List<InputFile> read(List<InputFile> all) {
    return all.stream()
        .filter(file -> file instanceof InputFile.Link || files.contains(file.path()))
        .toList();
  }

  /**
   * Returns the names of those that are not built into kustomize.
   *
   * @throws RenderException if anything but plugins of these names might run
   */
  Set<PluginName> required() throws RenderException {
    for (String kustomization : kustomizations) {
      String text = textOf(kustomization);
      if (documents(text, kustomization).isEmpty() || !PlainYaml.is(text)) {
        throw unsupported(
            kustomization,
            "is no plain YAML: where plugins or charts are rendered, every kustomization must be,"
                + " without tags, merge keys and control characters");
      }
    }
    Set<PluginName> names = new TreeSet<>();
    for (Configuration configuration : configurations) {
      String where = configuration.where();
      List<JsonNode> documents = documents(configuration.text(), where);
      if (documents.isEmpty() || !PlainYaml.is(configuration.text())) {
        throw unsupported(
            where,
            "has a generator, transformer or validator that is not a file of plain YAML: where"
                + " plugins or charts are rendered, each must be given by one, or inline");
      }
      for (JsonNode document : documents) {
        check(document, where);
        if (!isBuiltIn(document)) {
          names.add(
              PluginName.parse(text(document, "apiVersion"), text(document, "kind"))
                  .orElseThrow(
                      () ->
                          unsupported(
                              where,
                              "configures a plugin whose apiVersion and kind name no program: they"
                                  + " are made of letters, digits, '.', '_' and '-'")));
        }
      }
    }
    return names;
  }

  private static void check(JsonNode document, String where) throws RenderException {
    JsonNode metadata = document.path("metadata");
    if (text(document, "kind").endsWith("List") && document.has("items")) {
      throw unsupported(where, "has a list of plugin configurations: write them one by one");
    }
    if (metadata.has("configFn")
        || metadata
            .path("annotations")
            .propertyStream()
            .map(Map.Entry::getKey)
            .anyMatch(PluginName::isDiversion)) {
      throw unsupported(
          where,
          "runs a function, whose program comes from the repository or a container: have the"
              + " program installed at the worker as an exec plugin");
    }
    if (isBuiltIn(document) && text(document, "kind").equals("HelmChartInflationGenerator")) {
      throw unsupported(where, "renders a chart by a plugin: use the field helmCharts");
    }
  }

  private void collect(String path) {
    String text = textOf(path);
    kustomizations.add(path);
    ownPath(path).ifPresent(files::add);
    for (JsonNode document : documents(text, path)) {
      document
          .propertyStream()
          .filter(field -> FIELDS.stream().anyMatch(field.getKey()::equalsIgnoreCase))
          .flatMap(field -> entries(field.getValue()))
          .forEach(entry -> configurations.add(configuration(path, entry)));
    }
  }

  private static Stream<JsonNode> entries(JsonNode value) {
    return value.isArray() ? value.valueStream() : Stream.of(value);
  }

  /**
   * Returns the configuration in an entry. A single line holds a whole configuration only within
   * braces.
   */
  private Configuration configuration(String kustomization, JsonNode entry) {
    String value = entry.isTextual() ? entry.textValue() : "";
    if (value.contains("\n") || value.contains("{")) {
      return new Configuration(kustomization, value);
    }
    if (PlainYaml.isAmbiguous(value)) {
      return new Configuration(kustomization, ""); // to kustomize these are several lines
    }
    String path = Path.of(kustomization).resolveSibling(value).normalize().toString();
    return ownPath(path)
        .map(
            own -> {
              files.add(own);
              return new Configuration(own, texts.getOrDefault(own, ""));
            })
        .orElseGet(() -> new Configuration(kustomization, ""));
  }

  private String textOf(String path) {
    return ownPath(path).map(own -> texts.getOrDefault(own, "")).orElse("");
  }

  private Optional<String> ownPath(String path) {
    try {
      return tree.resolve(path) instanceof InputTree.Node.File file
          ? Optional.of(file.path())
          : Optional.empty();
    } catch (RenderException e) {
      return Optional.empty();
    }
  }

  /** Returns no documents if one cannot be read, or is not a mapping. */
  private static List<JsonNode> documents(String text, String where) {
    try {
      List<JsonNode> documents =
          YamlDocument.readAll(text, where).stream().map(YamlDocument::content).toList();
      return documents.stream().allMatch(JsonNode::isObject) ? documents : List.of();
    } catch (ManifestException e) {
      return List.of();
    }
  }

  private static boolean isBuiltIn(JsonNode document) {
    return text(document, "apiVersion").equals(PluginName.BUILT_IN);
  }

  private static String text(JsonNode document, String field) {
    return document.path(field).isTextual() ? document.path(field).textValue() : "";
  }

  private static RenderException unsupported(String where, String problem) {
    return RenderException.permanent(SourceFailure.UNSUPPORTED, where + " " + problem);
  }
}

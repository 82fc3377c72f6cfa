package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.kustomize.PluginConfiguration;
import dev.sluice.contract.kustomize.Reference;
import dev.sluice.contract.name.PluginName;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The generators, transformers and validators that kustomizations name. All kustomizations among
 * the files count, whether the build reaches them or not: the programs that may run must not depend
 * on resolving references exactly as kustomize does.
 */
final class PluginReferences {

  private final InputTree tree;
  private final List<String> unclear = new ArrayList<>();
  private final List<Configuration> configurations = new ArrayList<>();

  /**
   * One entry of a field.
   *
   * @param where the file that holds the text
   * @param text empty if the entry leads to none
   */
  private record Configuration(String where, String text) {

    /** Returns its documents; none if it cannot be read. */
    List<PluginConfiguration> documents() {
      return PluginReferences.documents(text, where).stream().map(PluginConfiguration::of).toList();
    }
  }

  private PluginReferences(InputTree tree) {
    this.tree = tree;
  }

  /** Finds them. Unreadable kustomizations name none; kustomize cannot read them either. */
  static PluginReferences of(List<InputFile> files) throws RenderException {
    PluginReferences found = new PluginReferences(new InputTree(files));
    KustomizationFiles.texts(found.tree, files).forEach(found::collect);
    return found;
  }

  /** Returns whether there is one that is not built into kustomize. */
  boolean areAny() {
    return configurations.stream()
        .flatMap(configuration -> configuration.documents().stream())
        .anyMatch(document -> !document.isBuiltIn());
  }

  /**
   * Returns the names of those that are not built into kustomize.
   *
   * @throws RenderException if anything but plugins of these names might run
   */
  Set<PluginName> required() throws RenderException {
    if (!unclear.isEmpty()) {
      throw unsupported(
          unclear.getFirst(),
          "is no plain YAML: where plugins or charts are rendered, every kustomization must be,"
              + " without tags, merge keys and control characters");
    }
    Set<PluginName> names = new TreeSet<>();
    for (Configuration configuration : configurations) {
      String where = configuration.where();
      List<PluginConfiguration> documents = configuration.documents();
      if (documents.isEmpty() || !PlainYaml.is(configuration.text())) {
        throw unsupported(
            where,
            "has a generator, transformer or validator that is not a file of plain YAML: where"
                + " plugins or charts are rendered, each must be given by one, or inline");
      }
      for (PluginConfiguration document : documents) {
        check(document, where);
        if (!document.isBuiltIn()) {
          names.add(
              document
                  .name()
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

  private static void check(PluginConfiguration document, String where) throws RenderException {
    if (document.isList()) {
      throw unsupported(where, "has a list of plugin configurations: write them one by one");
    }
    if (document.isDiverted()) {
      throw unsupported(
          where,
          "runs a function, whose program comes from the repository or a container: have the"
              + " program installed at the worker as an exec plugin");
    }
    if (document.rendersChart()) {
      throw unsupported(where, "renders a chart by a plugin: use the field helmCharts");
    }
  }

  private void collect(String path, String text) {
    List<YamlFields> documents = documents(text, path);
    try {
      documents.stream()
          .flatMap(document -> new Kustomization(document).references().stream())
          .forEach(reference -> collect(path, reference));
      if (documents.isEmpty() || !PlainYaml.is(text)) {
        unclear.add(path);
      }
    } catch (YamlException e) {
      unclear.add(path);
    }
  }

  private void collect(String kustomization, Reference reference) {
    switch (reference.role()) {
      case INLINE_PLUGIN -> configurations.add(new Configuration(kustomization, reference.text()));
      case PLUGIN -> configurations.add(configuration(kustomization, reference.text()));
      case RESOURCE, COMPONENT, FILE -> {}
    }
  }

  private Configuration configuration(String kustomization, String path) {
    try {
      if (!PlainYaml.isAmbiguous(path) // to kustomize these are several lines
          && tree.find(InputPaths.referenced(kustomization, path)).orElse(null)
              instanceof InputTree.Node.File file
          && file.file() instanceof InputFile.Text text) {
        return new Configuration(file.path(), text.text());
      }
    } catch (RenderException e) {
      // it leads out of the tree
    }
    return new Configuration(kustomization, "");
  }

  /** Returns no documents if one cannot be read, or is not a mapping. */
  private static List<YamlFields> documents(String text, String where) {
    try {
      return YamlText.documents(text, where).stream()
          .map(document -> YamlFields.of(document, where))
          .toList();
    } catch (YamlException e) {
      return List.of();
    }
  }

  private static RenderException unsupported(String where, String problem) {
    return RenderException.permanent(SourceFailure.UNSUPPORTED, where + " " + problem);
  }
}

package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.contract.kustomize.PluginConfiguration;
import dev.sluice.contract.kustomize.Reference;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the references of the kustomizations that a build reads, from the source's directory on.
 * Kustomize would fetch some by HTTP or Git, and load bases from any directory of this machine (its
 * load restriction covers files only). A target is self-contained: content that is fetched during
 * rendering is not what was requested, and may be reachable only from the worker.
 */
final class KustomizeReferences {

  private final InputTree tree;
  private final Deque<String> ahead = new ArrayDeque<>();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Set<String>> fields = new HashMap<>();

  private KustomizeReferences(InputTree tree) {
    this.tree = tree;
  }

  /**
   * Requires that every reference stays within the inputs. Returns the fields of kustomizations
   * that each file is named by, by its path.
   *
   * @throws RenderException naming the file that has another
   */
  static Map<String, Set<String>> check(SourceInputs source) throws RenderException {
    KustomizeReferences references = new KustomizeReferences(new InputTree(source.files()));
    references.ahead.add(source.path());
    try {
      references.run();
      return references.fields;
    } catch (YamlException e) {
      throw RenderException.permanent(e.code(), String.valueOf(e.getMessage()));
    }
  }

  private void run() throws RenderException {
    while (!ahead.isEmpty()) {
      String directory = ahead.pop();
      if (seen.add(directory)) {
        for (Read read : in(directory)) {
          follow(read.path(), read.kustomization().references());
        }
      }
    }
  }

  /** A kustomization and its file. */
  private record Read(String path, Kustomization kustomization) {}

  private List<Read> in(String directory) throws RenderException {
    List<Read> found = new ArrayList<>();
    for (String name : Kustomization.FILE_NAMES) {
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (tree.find(path).orElse(null) instanceof InputTree.Node.File file) {
        for (Object document : YamlText.documents(text(file, path), path)) {
          found.add(new Read(path, new Kustomization(YamlFields.of(document, path))));
        }
      }
    }
    return found;
  }

  private void follow(String kustomization, List<Reference> references) throws RenderException {
    for (Reference reference : references) {
      switch (reference.role()) {
        case FILE -> find(kustomization, reference);
        case RESOURCE, COMPONENT -> {
          if (find(kustomization, reference).orElse(null)
              instanceof InputTree.Node.Directory directory) {
            ahead.push(directory.path());
          }
        }
        case INLINE_PLUGIN ->
            configurations(kustomization, kustomization, reference, reference.text());
        case PLUGIN -> {
          switch (find(kustomization, reference).orElse(null)) {
            case InputTree.Node.File file ->
                configurations(kustomization, file.path(), reference, text(file, file.path()));
            case InputTree.Node.Directory directory ->
                built(kustomization, directory.path(), reference, new HashSet<>());
            case null -> {}
          }
        }
      }
    }
  }

  /**
   * Checks the configurations in a directory that is built to such. Their own references are
   * relative to the kustomization that names the directory.
   */
  private void built(
      String kustomization, String directory, Reference named, Set<String> directories)
      throws RenderException {
    if (!directories.add(directory)) {
      return;
    }
    for (Read read : in(directory)) {
      if (!read.kustomization().isListOfResources()) {
        throw RenderException.permanent(
            SourceFailure.UNSUPPORTED,
            "%s, which %s of %s names, has more than resources: name the files of the configurations"
                .formatted(read.path(), named.field(), kustomization));
      }
      for (Reference reference : read.kustomization().references()) {
        switch (find(read.path(), reference).orElse(null)) {
          case InputTree.Node.File file ->
              configurations(kustomization, file.path(), named, text(file, file.path()));
          case InputTree.Node.Directory deeper ->
              built(kustomization, deeper.path(), named, directories);
          case null -> {}
        }
      }
    }
  }

  private void configurations(String kustomization, String where, Reference reference, String text)
      throws RenderException {
    for (Object document : YamlText.documents(text, where)) {
      follow(
          kustomization,
          PluginConfiguration.of(YamlFields.of(document, where)).references(reference.field()));
    }
  }

  /** Returns what a reference leads to; empty if there is nothing, which kustomize reports. */
  private Optional<InputTree.Node> find(String kustomization, Reference reference)
      throws RenderException {
    boolean remote = reference.isUrl();
    Optional<InputTree.Node> found = Optional.empty();
    if (!remote) {
      found = tree.find(InputPaths.referenced(kustomization, reference.text()));
      remote = reference.isRemote() && !(found.orElse(null) instanceof InputTree.Node.File);
    }
    if (remote) {
      throw RenderException.permanent(
          SourceFailure.REMOTE_REFERENCE,
          "%s names a remote file or base (%s): copy it into the repository"
              .formatted(kustomization, reference.field()));
    }
    if (found.orElse(null) instanceof InputTree.Node.File file) {
      fields.computeIfAbsent(file.path(), _ -> new HashSet<>()).add(reference.field());
    }
    return found;
  }

  private static String text(InputTree.Node.File file, String path) throws RenderException {
    if (file.file() instanceof InputFile.Text text) {
      return text.text();
    }
    throw RenderException.permanent(
        SourceFailure.NOT_TEXT, "%s is not UTF-8: save it as UTF-8".formatted(path));
  }
}

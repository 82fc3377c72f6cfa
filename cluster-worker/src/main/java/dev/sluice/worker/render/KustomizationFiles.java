package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.sandbox.RenderException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files that kustomize reads as kustomizations, with links followed.
 *
 * @param texts by their path from the tree's root
 * @param places the real path of each
 */
record KustomizationFiles(Map<String, String> texts, Map<String, String> places) {

  private static final Set<String> NAMES =
      Set.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  /** Finds them; broken links, and links to files that are not text, are omitted. */
  static KustomizationFiles of(List<InputFile> files) throws RenderException {
    Map<String, String> texts = new TreeMap<>();
    Map<String, String> places = new HashMap<>();
    InputTree tree = null;
    for (InputFile file : files) {
      if (isKustomization(file.path())) {
        tree = tree == null ? new InputTree(files) : tree;
        Optional<InputFile.Text> text = text(tree, file.path());
        text.ifPresent(
            found -> {
              texts.put(file.path(), found.text());
              places.put(file.path(), found.path());
            });
      }
    }
    return new KustomizationFiles(texts, places);
  }

  /** Returns whether a file has the name of a kustomization. */
  static boolean isKustomization(String path) {
    return NAMES.contains(path.substring(path.lastIndexOf('/') + 1));
  }

  /**
   * Returns whether kustomize reads a file as a kustomization, by its own name or through links.
   */
  boolean read(String path) {
    return isKustomization(path) || places.containsValue(path);
  }

  private static Optional<InputFile.Text> text(InputTree tree, String path) throws RenderException {
    InputTree.Node node;
    try {
      node = tree.resolve(path);
    } catch (RenderException e) {
      if (e.failure().code() == SourceFailure.UNSAFE_PATH) {
        throw e;
      }
      return Optional.empty();
    }
    return node instanceof InputTree.Node.File file && file.file() instanceof InputFile.Text text
        ? Optional.of(text)
        : Optional.empty();
  }
}

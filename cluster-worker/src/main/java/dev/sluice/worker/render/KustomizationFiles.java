package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.kustomize.Kustomization;
import dev.sluice.worker.sandbox.RenderException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files with the name of a kustomization, whether a build reads them or not. */
final class KustomizationFiles {

  private KustomizationFiles() {}

  /**
   * Returns their texts by path, with links followed. Broken links, and links to files that are not
   * text, have an empty text.
   *
   * @throws RenderException if a link leads out of the tree
   */
  static Map<String, String> texts(InputTree tree, List<InputFile> files) throws RenderException {
    Map<String, String> texts = new TreeMap<>();
    for (InputFile file : files) {
      if (Kustomization.isAt(file.path())) {
        texts.put(file.path(), text(tree, file.path()));
      }
    }
    return texts;
  }

  private static String text(InputTree tree, String path) throws RenderException {
    return tree.find(path).orElse(null) instanceof InputTree.Node.File file
            && file.file() instanceof InputFile.Text text
        ? text.text()
        : "";
  }
}

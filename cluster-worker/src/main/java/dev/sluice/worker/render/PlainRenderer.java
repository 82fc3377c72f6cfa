package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainSelection;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads YAML and JSON files as they are, in the order of their paths. A link stands for its target,
 * under its own name, unless the target is rendered itself.
 */
final class PlainRenderer implements Renderer {

  private static final int MAX_DEPTH = 100;

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public RenderResult render(RenderRequest request) throws RenderException {
    SourceInputs source = request.source();
    LargeFiles.refusePointers(source.files());
    InputTree tree = new InputTree(source.files());
    SortedMap<String, InputTree.Node.File> found = new TreeMap<>();
    switch (tree.resolve(source.path())) {
      case InputTree.Node.File file -> found.put(source.path(), file);
      case InputTree.Node.Directory directory ->
          new Selected(tree, new PlainSelection(source.options().plain()), found)
              .add(directory, source.path(), "", 0);
    }
    return new RenderResult(parts(found), name());
  }

  /** Returns each file once, under its own name if it was found by that. */
  private static List<RenderResult.Part> parts(SortedMap<String, InputTree.Node.File> found)
      throws RenderException {
    Set<String> rendered = new HashSet<>(found.keySet());
    List<RenderResult.Part> parts = new ArrayList<>();
    for (var entry : found.entrySet()) {
      String real = entry.getValue().path();
      if (entry.getKey().equals(real) || rendered.add(real)) {
        parts.add(part(entry.getKey(), entry.getValue().file()));
      }
    }
    return parts;
  }

  private static RenderResult.Part part(String path, InputFile file) throws RenderException {
    if (file instanceof InputFile.Text text) {
      return new RenderResult.Part(path, text.text());
    }
    throw RenderException.permanent(
        SourceFailure.NOT_TEXT,
        "%s is not UTF-8 text: save it as UTF-8, or rename it".formatted(path));
  }

  /** Selects the files in a directory and behind its links. */
  private record Selected(
      InputTree tree, PlainSelection selection, SortedMap<String, InputTree.Node.File> found) {

    void add(InputTree.Node.Directory directory, String shown, String within, int depth)
        throws RenderException {
      if (depth > MAX_DEPTH) {
        throw RenderException.permanent(
            SourceFailure.BROKEN_LINK,
            shown + " is too deep: does a link lead to a directory above itself?");
      }
      for (String name : tree.names(directory)) {
        String relative = within.isEmpty() ? name : within + "/" + name;
        String path = shown.isEmpty() ? name : shown + "/" + name;
        boolean manifest = selection.selects(relative);
        if (!manifest && !selection.enters(relative)) {
          continue;
        }
        String own = directory.path().isEmpty() ? name : directory.path() + "/" + name;
        if (isUnneededLink(own, manifest)) {
          continue;
        }
        switch (tree.resolve(own)) {
          case InputTree.Node.File file -> {
            if (manifest) {
              found.put(path, file);
            }
          }
          case InputTree.Node.Directory below -> {
            if (selection.enters(relative)) {
              add(below, path, relative, depth + 1);
            }
          }
        }
      }
    }

    /**
     * Returns whether a link may be ignored: a broken link matters only if it is named like a
     * manifest.
     */
    private boolean isUnneededLink(String own, boolean manifest) {
      if (manifest) {
        return false;
      }
      try {
        return tree.at(own) instanceof InputTree.Node.File file
            && (!(file.file() instanceof InputFile.Link)
                || tree.resolve(own) instanceof InputTree.Node.File);
      } catch (RenderException e) {
        return true;
      }
    }
  }
}

package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SourceInputs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes YAML and JSON files as they are, in the order of their paths.
 *
 * <p>A link to a file counts as that file, unless the file is rendered itself. Links to directories
 * are not followed, as {@code kubectl apply -R} does not.
 */
public final class PlainRenderer implements Renderer {

  private static final int MAX_LINKS = 16;

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public RenderResult render(SourceInputs inputs) throws RenderException {
    Map<String, InputFile> files = new HashMap<>();
    inputs.files().forEach(file -> files.put(file.path(), file));
    List<InputFile> chosen =
        inputs.files().stream()
            .filter(file -> isManifest(file.path()) && isBelow(file.path(), inputs.path()))
            .sorted(Comparator.comparing(InputFile::path))
            .toList();
    List<RenderResult.Part> parts = new ArrayList<>();
    for (InputFile file : chosen) {
      InputFile target = resolved(file, files);
      boolean rendered =
          file instanceof InputFile.Link && chosen.stream().anyMatch(other -> other == target);
      if (!rendered) {
        parts.add(part(file.path(), target));
      }
    }
    return new RenderResult(parts, name());
  }

  private static boolean isManifest(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    return lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json");
  }

  private static boolean isBelow(String path, String directory) {
    return directory.isEmpty() || path.equals(directory) || path.startsWith(directory + "/");
  }

  private static InputFile resolved(InputFile file, Map<String, InputFile> files)
      throws RenderException {
    InputFile at = file;
    for (int i = 0; i < MAX_LINKS; i++) {
      if (!(at instanceof InputFile.Link link)) {
        return at;
      }
      InputFile next = files.get(InputPaths.linkTarget(link));
      if (next == null) {
        throw RenderException.permanent(
            "BrokenLink",
            "%s is a link to %s, which is not among the application's files"
                .formatted(link.path(), link.target()));
      }
      at = next;
    }
    throw RenderException.permanent(
        "BrokenLink",
        "%s is a link that comes to no end in %d steps".formatted(file.path(), MAX_LINKS));
  }

  private static RenderResult.Part part(String path, InputFile file) throws RenderException {
    if (file instanceof InputFile.Text text) {
      return new RenderResult.Part(path, text.text());
    }
    throw RenderException.permanent(
        "NotText", "%s is not UTF-8 text: save it as UTF-8, or rename it".formatted(path));
  }
}

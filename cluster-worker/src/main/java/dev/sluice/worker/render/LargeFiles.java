package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.worker.sandbox.RenderException;
import java.util.List;

/**
 * Git LFS keeps a pointer in the repository and the file elsewhere, where nothing fetches it: what
 * would be rendered is the pointer's text, say as the content of a ConfigMap.
 */
final class LargeFiles {

  private static final String POINTER = "version https://git-lfs.github.com/spec/v1\n";

  private LargeFiles() {}

  /**
   * Does nothing if there are none.
   *
   * @throws RenderException naming the file
   */
  static void refusePointers(List<InputFile> files) throws RenderException {
    for (InputFile file : files) {
      if (file instanceof InputFile.Text text && text.text().startsWith(POINTER)) {
        throw RenderException.permanent(
            "LargeFile",
            "%s is a pointer of Git LFS, whose files are not fetched: commit the file itself"
                .formatted(text.path()));
      }
    }
  }
}

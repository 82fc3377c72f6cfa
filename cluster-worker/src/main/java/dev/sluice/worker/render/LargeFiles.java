package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.sandbox.RenderException;
import java.util.List;

/**
 * Refuses pointers of Git LFS. Git LFS keeps the file outside the repository, where nothing fetches
 * it, so the pointer's text would be rendered, for example as the content of a ConfigMap.
 */
final class LargeFiles {

  private static final String POINTER = "version https://git-lfs.github.com/spec/v1\n";

  private LargeFiles() {}

  /**
   * Requires that no file is a pointer.
   *
   * @throws RenderException naming the file
   */
  static void refusePointers(List<InputFile> files) throws RenderException {
    for (InputFile file : files) {
      if (file instanceof InputFile.Text text && text.text().startsWith(POINTER)) {
        throw RenderException.permanent(
            SourceFailure.LARGE_FILE,
            "%s is a pointer of Git LFS, whose files are not fetched: commit the file itself"
                .formatted(text.path()));
      }
    }
  }
}

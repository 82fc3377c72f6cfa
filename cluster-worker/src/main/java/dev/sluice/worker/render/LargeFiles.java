package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.sandbox.RenderException;
import java.util.List;

/**
 * Refuses pointers of Git LFS. The dispatcher sends a file's content or refuses the application; a
 * target of an earlier version may still have a pointer, whose text would be rendered, for example
 * as the content of a ConfigMap.
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
            "%s is a pointer of Git LFS, not its content: run sluice sync --force, which sends the content or says why not"
                .formatted(text.path()));
      }
    }
  }
}

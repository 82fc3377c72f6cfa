package dev.sluice.standalone.process;

import dev.sluice.platform.process.DirectoryLock;
import dev.sluice.platform.process.PartDirectory;
import dev.sluice.standalone.cli.ExitException;
import java.io.IOException;
import java.nio.file.Path;

/** The data directory of all parts in one process, which no other process may use meanwhile. */
public final class DataDirectory {

  private DataDirectory() {}

  /**
   * Creates the directory if it is missing, and locks it until the lock is closed or the process
   * ends, however it ends.
   *
   * @throws ExitException if another process has it, or it cannot be used
   */
  public static DirectoryLock lock(Path directory) {
    try {
      PartDirectory.create(directory);
    } catch (IOException e) {
      throw new ExitException(1, e.getMessage());
    }
    return DirectoryLock.take(directory)
        .orElseThrow(
            () ->
                new ExitException(
                    1,
                    DirectoryLock.holder(directory)
                        .map(
                            process ->
                                "already running: process %d uses %s; stop it, or give this one another --data"
                                    .formatted(process, directory))
                        .orElse(
                            "cannot lock %s: another process uses it, or it is read-only; give another --data"
                                .formatted(directory))));
  }
}

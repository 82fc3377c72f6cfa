package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Files of a fleet: those of a directory, or of a directory in a commit. */
interface FleetInput {

  /** File that may have documents. */
  interface File {

    /** Returns the path relative to the fleet's directory, with '/'. */
    String name();

    /**
     * Returns the content.
     *
     * @throws RefusedFileException if the file is larger, or is not accepted as it is
     */
    byte[] read(int maxBytes) throws IOException;
  }

  /** A file that is not read; the message says why, and what to do. */
  final class RefusedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedFileException(String message) {
      super(message);
    }

    static RefusedFileException tooLarge(int maxBytes) {
      return new RefusedFileException("is larger than %d MiB".formatted(maxBytes >> 20));
    }
  }

  /** Returns the location of the fleet, for messages. */
  String name();

  /** Returns the commit that has the files; empty for a directory. */
  Optional<CommitId> commit();

  /**
   * Returns the commit that has the documents if it is one of this ref, so that a commit changes
   * the documents and what their generators read at once; empty for others.
   */
  Optional<CommitId> commitOf(GeneratorSource source);

  /**
   * Returns the files that may have documents, sorted by path.
   *
   * @throws IOException if they cannot be listed
   */
  List<File> files() throws IOException;

  /** Returns descriptions of where files come from, by path. */
  Map<String, DocumentOrigin> origins(Set<String> files);

  /** Returns whether a file has documents by its name: YAML, and no part of the path is hidden. */
  static boolean isDocument(String path) {
    return !isHidden(path) && (path.endsWith(".yaml") || path.endsWith(".yml"));
  }

  static boolean isHidden(String path) {
    return path.startsWith(".") || path.contains("/.");
  }
}

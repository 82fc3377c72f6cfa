package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.dispatcher.fleet.FleetDocuments.SetDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a change of a generated definition comes from: the document of its ApplicationSet, or a
 * commit of a repository that the set reads.
 *
 * @param before the document of the last reading; empty if it is not known
 * @param now empty if the set is removed or invalid
 */
record GeneratedOrigin(String set, Optional<SetDocument> before, Optional<SetDocument> now) {

  /**
   * Returns the origins. The set's file is none if its document is the same as before. Those in
   * repositories lack what only the repository has.
   *
   * @param files that have changed for the definition, with the set's own
   * @param element the path in a repository that the application is generated for
   */
  List<DocumentOrigin> documents(List<DocumentOrigin> files, Optional<String> element) {
    List<DocumentOrigin> origins = new ArrayList<>();
    for (DocumentOrigin file : files) {
      if (!isUnchanged(file.file())) {
        origins.add(file);
      }
    }
    now.ifPresent(
        document ->
            document
                .read()
                .forEach(
                    (repository, commit) -> {
                      boolean isSame =
                          before
                              .filter(one -> commit.equals(one.read().get(repository)))
                              .isPresent();
                      if (!isSame) {
                        origins.add(DocumentOrigins.unread(element.orElse(""), commit, repository));
                      }
                    }));
    return origins;
  }

  /** Returns whether a file is the set's, and the set's document is the same as before. */
  private boolean isUnchanged(String file) {
    return before.isPresent()
        && now.isPresent()
        && now.get().document().file().equals(file)
        && now.get().document().digest().equals(before.get().document().digest());
  }
}

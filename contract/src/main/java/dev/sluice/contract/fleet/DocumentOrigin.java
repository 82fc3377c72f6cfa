package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.Optional;

/** Where a document of the fleet, or what an ApplicationSet generates, comes from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = DocumentOrigin.Committed.class, name = "commit"),
  @JsonSubTypes.Type(value = DocumentOrigin.Uncommitted.class, name = "uncommitted"),
  @JsonSubTypes.Type(value = DocumentOrigin.Unversioned.class, name = "file")
})
public sealed interface DocumentOrigin {

  /** Returns the document's file, relative to the fleet's directory or the repository's root. */
  String file();

  /**
   * File of a commit of the fleet's repository, or of a checkout, where it is the same as in the
   * commit that is checked out.
   *
   * @param file the document's file, relative to the fleet's directory
   * @param commit the newest commit that changed the file; the one that was read or is checked out
   *     if the history does not have it, as in a shallow clone
   * @param author the name of the author of the commit that changed the file; absent if it is not
   *     known
   * @param subject the first line of that commit's message
   * @param committedAt the time of the commit
   * @param repository the repository that an ApplicationSet generates from, if the file is one in
   *     it, or a directory; its path is from the repository's root then. Absent for the fleet's
   */
  record Committed(
      String file,
      CommitId commit,
      Optional<String> author,
      Optional<String> subject,
      Instant committedAt,
      Optional<RepositoryId> repository)
      implements DocumentOrigin {

    /** Creates the origin of a document of the fleet. */
    public Committed(
        String file,
        CommitId commit,
        Optional<String> author,
        Optional<String> subject,
        Instant committedAt) {
      this(file, commit, author, subject, committedAt, Optional.empty());
    }
  }

  /**
   * File of a checkout of Git, which differs from the commit that is checked out.
   *
   * @param file the document's file, relative to the fleet's directory
   * @param owner the name of the user who owns the file; absent if it does not exist any longer
   * @param modifiedAt the time at which the file was modified
   */
  record Uncommitted(String file, Optional<String> owner, Optional<Instant> modifiedAt)
      implements DocumentOrigin {}

  /**
   * File of a directory that is no checkout of Git.
   *
   * @param file the document's file, relative to the fleet's directory
   * @param owner the name of the user who owns the file; absent if it does not exist any longer
   * @param modifiedAt the time at which the file was modified
   */
  record Unversioned(String file, Optional<String> owner, Optional<Instant> modifiedAt)
      implements DocumentOrigin {}
}

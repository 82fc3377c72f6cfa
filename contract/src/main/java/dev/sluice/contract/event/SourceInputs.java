package dev.sluice.contract.event;

import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Optional;

/**
 * The files of one source that rendering reads, at one commit.
 *
 * @param path the application's directory (or single file) in the repository; empty for its root
 * @param type the declared or detected type of the files
 * @param alias the name by which other sources' values files refer to it
 * @param options without placeholders
 * @param files paths from the repository's root, sorted
 * @param bases other repositories whose files are included, under {@code .sluice/bases}
 * @param tag the name of the tag that has the commit, if the ref is a range of versions; absent
 *     otherwise, and for a commit that was restored
 */
public record SourceInputs(
    RepositoryId repository,
    GitRef ref,
    CommitId commit,
    String path,
    SourceType type,
    Optional<String> alias,
    RenderOptions options,
    List<InputFile> files,
    Optional<List<BaseCommit>> bases,
    Optional<String> tag) {

  public SourceInputs {
    files = List.copyOf(files);
    bases = bases.map(List::copyOf).filter(list -> !list.isEmpty());
  }

  /** Creates inputs from this repository alone, at a ref that is not a range of versions. */
  public SourceInputs(
      RepositoryId repository,
      GitRef ref,
      CommitId commit,
      String path,
      SourceType type,
      Optional<String> alias,
      RenderOptions options,
      List<InputFile> files) {
    this(
        repository,
        ref,
        commit,
        path,
        type,
        alias,
        options,
        files,
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the same inputs with other files. */
  public SourceInputs withFiles(List<InputFile> others) {
    return new SourceInputs(
        repository, ref, commit, path, type, alias, options, others, bases, tag);
  }
}

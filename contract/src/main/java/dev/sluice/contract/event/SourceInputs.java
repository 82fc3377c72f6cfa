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
 * @param type what the files are, found out by then
 * @param alias what other sources' values files call it
 * @param options without placeholders
 * @param files paths from the repository's root, sorted
 * @param bases other repositories whose files are among them, under {@code .sluice/bases}
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
    Optional<List<BaseCommit>> bases) {

  public SourceInputs {
    files = List.copyOf(files);
    bases = bases.map(List::copyOf).filter(list -> !list.isEmpty());
  }

  /** Inputs of this repository alone. */
  public SourceInputs(
      RepositoryId repository,
      GitRef ref,
      CommitId commit,
      String path,
      SourceType type,
      Optional<String> alias,
      RenderOptions options,
      List<InputFile> files) {
    this(repository, ref, commit, path, type, alias, options, files, Optional.empty());
  }

  /** The same with other files. */
  public SourceInputs withFiles(List<InputFile> others) {
    return new SourceInputs(repository, ref, commit, path, type, alias, options, others, bases);
  }
}

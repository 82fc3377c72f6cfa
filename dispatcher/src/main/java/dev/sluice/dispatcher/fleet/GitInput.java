package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.inputs.git.FileCommit;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Mirrors;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of a fleet in a commit, read from a mirror. Reading throws {@link MirrorException} if the
 * mirror is broken.
 */
final class GitInput implements FleetInput {

  private static final Logger log = LoggerFactory.getLogger(GitInput.class);
  private static final int MAX_MEBIBYTES = 64;

  private final FleetLocation.InGit location;
  private final RepositoryId repository;
  private final GitRef ref;
  private final CommitId commit;
  private final Mirrors mirrors;

  /**
   * Creates the input.
   *
   * @param repository the mirror's
   * @param ref that the commit is at
   */
  GitInput(
      FleetLocation.InGit location,
      RepositoryId repository,
      GitRef ref,
      CommitId commit,
      Mirrors mirrors) {
    this.location = location;
    this.repository = repository;
    this.ref = ref;
    this.commit = commit;
    this.mirrors = mirrors;
  }

  @Override
  public String name() {
    return location.toString();
  }

  @Override
  public Optional<CommitId> commit() {
    return Optional.of(commit);
  }

  @Override
  public Optional<CommitId> commitOf(GeneratorSource source) {
    boolean isOwn = source.repository().repository().equals(repository) && source.ref().equals(ref);
    return Optional.of(commit).filter(_ -> isOwn);
  }

  @Override
  public List<File> files() throws IOException {
    return CommittedFiles.of(
        mirrors.tree(repository, commit), commit, location.path(), "", MAX_MEBIBYTES);
  }

  @Override
  public Map<String, DocumentOrigin> origins(Set<String> files) {
    Map<String, FileCommit> commits;
    try {
      commits =
          mirrors.commits(
              repository,
              commit,
              files.stream().map(this::inRepository).collect(Collectors.toSet()));
    } catch (RuntimeException e) {
      // the definitions are as valid as without it
      log.atWarn()
          .addKeyValue("repository", repository)
          .setCause(e)
          .log("the commits of the fleet's files cannot be read, so its changes name no author");
      return Map.of();
    }
    return files.stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                file -> DocumentOrigins.committed(file, commits.get(inRepository(file)))));
  }

  private String inRepository(String file) {
    return location.path().isEmpty() ? file : location.path() + "/" + file;
  }
}

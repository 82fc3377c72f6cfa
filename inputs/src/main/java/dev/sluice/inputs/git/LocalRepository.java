package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** A user's local repository, a checkout or a bare one; only read. */
public final class LocalRepository implements AutoCloseable {

  private final Path directory;
  private final Repository repository;

  private LocalRepository(Path directory, Repository repository) {
    this.directory = directory;
    this.repository = repository;
  }

  /**
   * Opens the repository at or above a directory.
   *
   * @throws MirrorException if there is none
   */
  public static LocalRepository open(Path directory) {
    IsolatedSystemReader.install();
    File start = directory.toAbsolutePath().normalize().toFile();
    FileRepositoryBuilder builder = new FileRepositoryBuilder().findGitDir(start);
    if (builder.getGitDir() == null) {
      builder.setGitDir(start);
    }
    try {
      ObjectFormats.requireSha1(builder.getGitDir());
      return new LocalRepository(directory, builder.setMustExist(true).build());
    } catch (ObjectFormats.Sha256Exception e) {
      throw new MirrorException(
          "the repository at '%s' cannot be used: %s".formatted(directory, e.getMessage()), e);
    } catch (IOException e) {
      throw new MirrorException(
          "there is no Git repository at '%s': give a checkout's directory".formatted(directory),
          e);
    }
  }

  /**
   * Returns the commit of a revision in the syntax of {@code git rev-parse}.
   *
   * @throws IllegalArgumentException if there is no such commit
   */
  public CommitId commit(String revision) {
    try {
      ObjectId id = repository.resolve(revision + "^{commit}");
      if (id == null) {
        throw new IllegalArgumentException(
            "'%s' is no commit of the repository at '%s'".formatted(revision, directory));
      }
      return new CommitId(id.name());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "'%s' is no commit of the repository at '%s': %s"
              .formatted(revision, directory, e.getMessage()),
          e);
    }
  }

  /** Returns the files of a commit. */
  public SourceTree tree(CommitId commit) {
    try (RevWalk walk = new RevWalk(repository)) {
      return new CommitTree(
          repository,
          walk.parseCommit(ObjectId.fromString(commit.value())).getTree(),
          directory + " at " + commit.abbreviated());
    } catch (IOException e) {
      throw new MirrorException("cannot read %s of '%s'".formatted(commit, directory), e);
    }
  }

  /** Returns the URL of the remote {@code origin}. */
  public Optional<String> origin() {
    return Optional.ofNullable(repository.getConfig().getString("remote", "origin", "url"));
  }

  @Override
  public void close() {
    repository.close();
  }
}

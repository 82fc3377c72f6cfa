package dev.sluice.inputs.git;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Directory in the work tree of a Git repository, whose files a commit has; only read. */
public final class Checkout implements AutoCloseable {

  private final Path directory;
  private final Path workTree;
  private final Repository repository;
  private final RevCommit head;

  private final LongSupplier nanoTime;

  private Checkout(
      Path directory, Path workTree, Repository repository, RevCommit head, LongSupplier nanoTime) {
    this.directory = directory;
    this.workTree = workTree;
    this.repository = repository;
    this.head = head;
    this.nanoTime = nanoTime;
  }

  /**
   * Opens the checkout of a directory; empty if the directory is in no work tree, or the commit
   * that is checked out does not have it.
   */
  public static Optional<Checkout> of(Path directory) throws IOException {
    return of(directory, System::nanoTime);
  }

  /**
   * Opens the checkout of a directory.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  static Optional<Checkout> of(Path directory, LongSupplier nanoTime) throws IOException {
    IsolatedSystemReader.install();
    Path real = directory.toRealPath();
    FileRepositoryBuilder builder = new FileRepositoryBuilder().findGitDir(real.toFile());
    if (builder.getGitDir() == null) {
      return Optional.empty();
    }
    Repository repository = builder.setMustExist(true).build();
    try {
      Optional<Checkout> checkout = of(real, repository, nanoTime);
      if (checkout.isEmpty()) {
        repository.close();
      }
      return checkout;
    } catch (IOException | RuntimeException e) {
      repository.close();
      throw e;
    }
  }

  private static Optional<Checkout> of(Path directory, Repository repository, LongSupplier nanoTime)
      throws IOException {
    ObjectId head = repository.resolve(Constants.HEAD + "^{commit}");
    if (repository.isBare() || head == null) {
      return Optional.empty();
    }
    Path workTree = repository.getWorkTree().toPath().toRealPath();
    try (RevWalk walk = new RevWalk(repository)) {
      RevCommit commit = walk.parseCommit(head);
      return directory.startsWith(workTree) && hasDirectory(repository, commit, workTree, directory)
          ? Optional.of(new Checkout(directory, workTree, repository, commit, nanoTime))
          : Optional.empty();
    }
  }

  private static boolean hasDirectory(
      Repository repository, RevCommit commit, Path workTree, Path directory) throws IOException {
    String path = name(workTree, directory);
    if (path.isEmpty()) {
      return true;
    }
    try (TreeWalk found = TreeWalk.forPath(repository, path, commit.getTree())) {
      return found != null && found.isSubtree();
    }
  }

  /**
   * Returns the newest commits that changed these files. Files that differ from the commit that is
   * checked out are left out.
   *
   * @param files relative to the directory; one that does not exist was removed by its commit
   */
  public Map<String, FileCommit> commits(Collection<String> files) throws IOException {
    Map<String, String> unchanged = new HashMap<>();
    for (String file : files) {
      Path path = directory.resolve(file);
      Path place = Files.exists(path) ? path.toRealPath() : path;
      if (place.startsWith(workTree) && isUnchanged(place)) {
        unchanged.put(file, name(workTree, place));
      }
    }
    Map<String, FileCommit> found =
        new FileHistory(repository, head, nanoTime).commits(new HashSet<>(unchanged.values()));
    Map<String, FileCommit> commits = new HashMap<>();
    unchanged.forEach((file, path) -> commits.put(file, found.get(path)));
    return commits;
  }

  private boolean isUnchanged(Path file) throws IOException {
    try (TreeWalk found = TreeWalk.forPath(repository, name(workTree, file), head.getTree())) {
      if (found == null) {
        return !Files.exists(file);
      }
      if (!Files.isRegularFile(file)) {
        return false;
      }
      byte[] bytes = Files.readAllBytes(file);
      ObjectId committed = found.getObjectId(0);
      return committed.equals(id(bytes)) || committed.equals(id(withoutCarriageReturns(bytes)));
    }
  }

  private static ObjectId id(byte[] content) {
    try (ObjectInserter.Formatter formatter = new ObjectInserter.Formatter()) {
      return formatter.idFor(Constants.OBJ_BLOB, content);
    }
  }

  /** Returns the content as it is committed if Git converts line ends in the work tree. */
  private static byte[] withoutCarriageReturns(byte[] content) {
    byte[] converted = new byte[content.length];
    int length = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] != '\r' || i + 1 == content.length || content[i + 1] != '\n') {
        converted[length++] = content[i];
      }
    }
    return Arrays.copyOf(converted, length);
  }

  private static String name(Path workTree, Path path) {
    return workTree.relativize(path).toString().replace(File.separatorChar, '/');
  }

  @Override
  public void close() {
    repository.close();
  }
}

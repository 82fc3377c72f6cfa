package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.inputs.git.FileCommit;
import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of a fleet in a commit, read from a mirror. Links and submodules are not followed. Reading
 * throws {@link MirrorException} if the mirror is broken.
 */
final class GitInput implements FleetInput {

  private static final Logger log = LoggerFactory.getLogger(GitInput.class);
  private static final int MAX_DEPTH = 16;

  /** A few Git objects can describe a tree with any number of entries. */
  private static final int MAX_ENTRIES = 100_000;

  private static final long MAX_BYTES = 64L << 20;

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
    return new Listing(mirrors.tree(repository, commit)).files();
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

  /** One walk over the tree. */
  private final class Listing {

    private final SourceTree tree;
    private final List<File> files = new ArrayList<>();
    private int entries;
    private long bytes;

    Listing(SourceTree tree) {
      this.tree = tree;
    }

    List<File> files() throws IOException {
      TreeEntry.Kind kind =
          tree.entry(location.path())
              .map(TreeEntry::kind)
              .orElseThrow(
                  () ->
                      new IOException(
                          "commit %s has no directory '%s'"
                              .formatted(commit.abbreviated(), location.path())));
      if (kind != TreeEntry.Kind.DIRECTORY) {
        throw new IOException(
            "'%s' is no directory in commit %s".formatted(location.path(), commit.abbreviated()));
      }
      add(location.path(), 1);
      files.sort(Comparator.comparing(File::name));
      return files;
    }

    private void add(String directory, int depth) throws IOException {
      for (TreeEntry entry : tree.list(directory)) {
        if (++entries > MAX_ENTRIES) {
          throw new IOException(
              "it has more than %d files and directories: keep the fleet in a directory of its own"
                  .formatted(MAX_ENTRIES));
        }
        String name =
            entry.path().substring(location.path().isEmpty() ? 0 : location.path().length() + 1);
        if (!FleetInput.isHidden(name)) {
          add(entry, name, depth);
        }
      }
    }

    private void add(TreeEntry entry, String name, int depth) throws IOException {
      switch (entry.kind()) {
        case DIRECTORY -> {
          if (depth == MAX_DEPTH) {
            files.add(
                new Refused(
                    name, "is more than %d directories deep: move it up".formatted(MAX_DEPTH)));
          } else {
            add(entry.path(), depth + 1);
          }
        }
        case FILE, EXECUTABLE -> {
          if (FleetInput.isDocument(name)) {
            bytes += tree.size(entry);
            if (bytes > MAX_BYTES) {
              throw new IOException(
                  "its documents are larger than %d MiB in all".formatted(MAX_BYTES >> 20));
            }
            files.add(new Blob(tree, entry, name));
          }
        }
        case SYMLINK -> {
          if (FleetInput.isDocument(name)) {
            files.add(
                new Refused(name, "is a symbolic link, which is not followed: commit the file"));
          }
        }
        case GITLINK ->
            files.add(
                new Refused(
                    name,
                    "is a submodule, which is not followed: commit its files, or keep the fleet in"
                        + " a directory without it"));
        case MISNAMED ->
            files.add(
                new Refused(
                    name,
                    "has a name that is not UTF-8, has control characters or occurs twice: rename"
                        + " it"));
      }
    }
  }

  private record Blob(SourceTree tree, TreeEntry entry, String name) implements File {
    @Override
    public byte[] read(int maxBytes) throws RefusedFileException {
      try {
        return tree.read(entry, maxBytes);
      } catch (FileTooLargeException e) {
        throw RefusedFileException.tooLarge(maxBytes);
      }
    }
  }

  private record Refused(String name, String reason) implements File {
    @Override
    public byte[] read(int maxBytes) throws RefusedFileException {
      throw new RefusedFileException(reason);
    }
  }
}

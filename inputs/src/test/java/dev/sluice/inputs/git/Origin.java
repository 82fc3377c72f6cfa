package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TagBuilder;
import org.eclipse.jgit.lib.TreeFormatter;

/**
 * A bare repository on disk, like a forge's, whose commits are written directly to its database.
 */
public final class Origin implements AutoCloseable {

  /** A file of a commit: its mode and its content (for a submodule, the id of its commit). */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Content(FileMode mode, byte[] bytes) {
    public static Content file(String text) {
      return new Content(FileMode.REGULAR_FILE, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Content executable(String text) {
      return new Content(FileMode.EXECUTABLE_FILE, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Content link(String target) {
      return new Content(FileMode.SYMLINK, target.getBytes(StandardCharsets.UTF_8));
    }

    public static Content submodule(String commit) {
      return new Content(FileMode.GITLINK, commit.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private final Repository repository;
  private final Path directory;
  private long seconds = 1_750_000_000;

  public Origin(Path directory) throws IOException {
    IsolatedSystemReader.install();
    this.directory = directory;
    this.repository = new FileRepository(directory.toFile());
    repository.create(true);
  }

  public String url() {
    return "file://" + directory;
  }

  public SourceSpec source(String path) {
    return new SourceSpec(
        RepositoryId.fromUrl(url()),
        url(),
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        path,
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  /** Commits exactly these files on top of the parents; no ref moves. */
  public CommitId commit(Map<String, Content> files, CommitId... parents) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      DirCache index = DirCache.newInCore();
      DirCacheBuilder builder = index.builder();
      for (var file : new TreeMap<>(files).entrySet()) {
        DirCacheEntry entry = new DirCacheEntry(file.getKey());
        Content content = file.getValue();
        entry.setFileMode(content.mode());
        entry.setObjectId(
            content.mode() == FileMode.GITLINK
                ? ObjectId.fromString(content.bytes(), 0)
                : inserter.insert(Constants.OBJ_BLOB, content.bytes()));
        builder.add(entry);
      }
      builder.finish();
      return commit(inserter, index.writeTree(inserter), parents);
    }
  }

  private CommitId commit(ObjectInserter inserter, ObjectId tree, CommitId... parents)
      throws IOException {
    CommitBuilder commit = new CommitBuilder();
    commit.setTreeId(tree);
    commit.setParentIds(
        List.of(parents).stream().map(parent -> ObjectId.fromString(parent.value())).toList());
    commit.setAuthor(author());
    commit.setCommitter(author());
    commit.setMessage("change");
    ObjectId id = inserter.insert(commit);
    inserter.flush();
    return new CommitId(id.name());
  }

  /** Makes a branch the default one. */
  public void setHead(GitRef branch) throws IOException {
    RefUpdate head = repository.updateRef(Constants.HEAD);
    head.link(branch.value());
  }

  /** Commits one file with a name of raw bytes. */
  public CommitId commitRaw(byte[] name, String text) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      var tree = new TreeFormatter();
      tree.append(
          name,
          0,
          name.length,
          FileMode.REGULAR_FILE,
          inserter.insert(Constants.OBJ_BLOB, text.getBytes(StandardCharsets.UTF_8)));
      return commit(inserter, inserter.insert(tree));
    }
  }

  /** Commits the files of another commit by lines for the author and the committer as they are. */
  public CommitId commitBy(String author, String committer, CommitId other) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      String text = "tree %s\n%s\n%s\n\nchange\n".formatted(tree(other), author, committer);
      ObjectId id = inserter.insert(Constants.OBJ_COMMIT, text.getBytes(StandardCharsets.UTF_8));
      inserter.flush();
      return new CommitId(id.name());
    }
  }

  /** Commits a directory that has the same tree many times. */
  public CommitId commitCopies(CommitId tree, int copies) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      var formatter = new TreeFormatter();
      for (int i = 0; i < copies; i++) {
        formatter.append("d%03d".formatted(i), FileMode.TREE, ObjectId.fromString(tree.value()));
      }
      return commit(inserter, inserter.insert(formatter));
    }
  }

  /** Returns the id of a commit's tree. */
  public CommitId tree(CommitId commit) throws IOException {
    return object(commit + "^{tree}");
  }

  /** Returns the id of a file's content in a commit. */
  public CommitId blob(CommitId commit, String path) throws IOException {
    return object(commit + ":" + path);
  }

  private CommitId object(String expression) throws IOException {
    return new CommitId(repository.resolve(expression).name());
  }

  /** Creates an annotated tag object; no ref moves. */
  public CommitId tag(String name, CommitId commit) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      TagBuilder tag = new TagBuilder();
      tag.setTag(name);
      tag.setObjectId(ObjectId.fromString(commit.value()), Constants.OBJ_COMMIT);
      tag.setTagger(author());
      tag.setMessage(name);
      ObjectId id = inserter.insert(tag);
      inserter.flush();
      return new CommitId(id.name());
    }
  }

  /** Moves the ref to the object, forced. */
  public void set(GitRef ref, CommitId id) throws IOException {
    RefUpdate update = repository.updateRef(ref.value());
    update.setNewObjectId(ObjectId.fromString(id.value()));
    update.setForceUpdate(true);
    update.update();
  }

  public void delete(GitRef ref) throws IOException {
    RefUpdate update = repository.updateRef(ref.value());
    update.setForceUpdate(true);
    update.delete();
  }

  private PersonIdent author() {
    return new PersonIdent(
        "Author", "author@example.com", Instant.ofEpochSecond(seconds++), ZoneOffset.UTC);
  }

  @Override
  public void close() {
    repository.close();
  }
}

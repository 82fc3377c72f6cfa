package dev.sluice.standalone;

import dev.sluice.contract.name.CommitId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.transport.RefSpec;

/** A bare repository and a clone that pushes to it. */
public final class TestRepository implements AutoCloseable {

  private final Path bare;
  private final Git clone;

  private TestRepository(Path bare, Git clone) {
    this.bare = bare;
    this.clone = clone;
  }

  public static TestRepository create(Path directory) throws GitAPIException {
    Path bare = directory.resolve("apps.git");
    Git.init().setBare(true).setDirectory(bare.toFile()).setInitialBranch("main").call().close();
    return new TestRepository(
        bare,
        Git.init()
            .setDirectory(directory.resolve("apps").toFile())
            .setInitialBranch("main")
            .call());
  }

  public String url() {
    return "file://" + bare.toAbsolutePath();
  }

  /** Commits files and pushes; an empty text deletes a file. */
  public CommitId push(Map<String, String> files) throws GitAPIException, IOException {
    Path tree = clone.getRepository().getWorkTree().toPath();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = tree.resolve(file.getKey());
      if (file.getValue().isEmpty()) {
        Files.delete(path);
      } else {
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
    }
    clone.add().addFilepattern(".").call();
    clone.add().addFilepattern(".").setUpdate(true).call();
    CommitId commit =
        new CommitId(
            clone
                .commit()
                .setMessage("change")
                .setAuthor("test", "test@localhost")
                .setCommitter("test", "test@localhost")
                .setSign(false)
                .call()
                .name());
    clone.push().setRemote(bare.toUri().toString()).add("main").call();
    return commit;
  }

  /** Tags the last commit and pushes the tag. */
  public void tag(String name) throws GitAPIException {
    clone.tag().setName(name).setSigned(false).setAnnotated(false).call();
    clone.push().setRemote(bare.toUri().toString()).setPushTags().call();
  }

  /** Deletes a tag. */
  public void deleteTag(String name) throws GitAPIException {
    clone.tagDelete().setTags(name).call();
    clone
        .push()
        .setRemote(bare.toUri().toString())
        .setRefSpecs(new RefSpec(":refs/tags/" + name))
        .call();
  }

  @Override
  public void close() {
    clone.close();
  }
}

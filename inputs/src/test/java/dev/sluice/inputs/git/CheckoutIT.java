package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.MergeCommand;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.merge.MergeStrategy;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory {@code fleet} in a work tree. */
class CheckoutIT {

  @TempDir private Path directory;
  private Path fleet;
  private Git git;

  @BeforeEach
  void aRepository() throws Exception {
    IsolatedSystemReader.install();
    fleet = Files.createDirectories(directory.resolve("repository/fleet"));
    git =
        Git.init()
            .setDirectory(directory.resolve("repository").toFile())
            .setInitialBranch("main")
            .call();
  }

  @AfterEach
  void close() {
    git.close();
  }

  @Test
  void eachFileHasTheNewestCommitThatChangedIt() throws Exception {
    RevCommit first = commit("ada", "Add all", Map.of("a.yaml", "1", "sub/b.yaml", "1"));
    RevCommit second = commit("grace", "Change a\n\nand more", Map.of("a.yaml", "2"));
    commit("eve", "Add c", Map.of("c.yaml", "1"));

    Map<String, FileCommit> commits = commits("a.yaml", "sub/b.yaml");

    assertThat(shown(commits.get("a.yaml")))
        .isEqualTo("%s grace: Change a".formatted(second.name()));
    assertThat(shown(commits.get("sub/b.yaml")))
        .isEqualTo("%s ada: Add all".formatted(first.name()));
    assertThat(commits.get("a.yaml").at()).isEqualTo(second.getCommitterIdent().getWhenAsInstant());
  }

  @Test
  void aFileThatDiffersFromTheCommitHasNone() throws Exception {
    commit("ada", "Add all", Map.of("a.yaml", "1", "b.yaml", "1"));
    write("a.yaml", "edited");
    write("new.yaml", "1");
    Files.delete(fleet.resolve("b.yaml"));

    assertThat(commits("a.yaml", "b.yaml", "new.yaml")).isEmpty();
  }

  @Test
  void aRemovedFileHasTheCommitThatRemovedIt() throws Exception {
    commit("ada", "Add all", Map.of("a.yaml", "1", "b.yaml", "1"));
    Files.delete(fleet.resolve("a.yaml"));
    git.rm().addFilepattern("fleet/a.yaml").call();
    RevCommit removal = commit("grace", "Remove a", Map.of());
    commit("eve", "Change b", Map.of("b.yaml", "2"));

    assertThat(shown(commits("a.yaml").get("a.yaml")))
        .isEqualTo("%s grace: Remove a".formatted(removal.name()));
  }

  @Test
  void aChangeOnAMergedBranchIsThatOfItsAuthorAndNotOfTheMerge() throws Exception {
    commit("ada", "Add all", Map.of("a.yaml", "1", "b.yaml", "1"));
    git.checkout().setCreateBranch(true).setName("topic").call();
    RevCommit topic = commit("grace", "Change a", Map.of("a.yaml", "2"));
    git.checkout().setName("main").call();
    commit("eve", "Change b", Map.of("b.yaml", "2"));
    git.merge()
        .include(topic)
        .setFastForward(MergeCommand.FastForwardMode.NO_FF)
        .setMessage("Merge topic")
        .call();

    assertThat(shown(commits("a.yaml").get("a.yaml")))
        .isEqualTo("%s grace: Change a".formatted(topic.name()));
  }

  @Test
  void aChangeThatAMergeDroppedIsNotNamed() throws Exception {
    commit("ada", "Add all", Map.of("a.yaml", "1"));
    git.checkout().setCreateBranch(true).setName("topic").call();
    RevCommit topic = commit("grace", "Change a otherwise", Map.of("a.yaml", "3"));
    git.checkout().setName("main").call();
    RevCommit kept = commit("eve", "Change a", Map.of("a.yaml", "2"));
    git.merge()
        .include(topic)
        .setStrategy(MergeStrategy.OURS)
        .setFastForward(MergeCommand.FastForwardMode.NO_FF)
        .setMessage("Keep main")
        .call();

    assertThat(shown(commits("a.yaml").get("a.yaml")))
        .isEqualTo("%s eve: Change a".formatted(kept.name()));
  }

  @Test
  void theSearchEndsAfterItsTime() throws Exception {
    commit("ada", "Add a", Map.of("a.yaml", "1"));
    historyWithout(3_000);
    RevCommit recent = commit("grace", "Add b", Map.of("b.yaml", "1"));
    RevCommit last = commit("eve", "Add c", Map.of("c.yaml", "1"));
    AtomicLong readings = new AtomicLong();

    Map<String, FileCommit> commits =
        commits(() -> Duration.ofSeconds(readings.getAndIncrement()).toNanos(), "a.yaml", "b.yaml");

    assertThat(shown(commits.get("b.yaml"))).isEqualTo("%s grace: Add b".formatted(recent.name()));
    assertThat(commits.get("a.yaml").changed()).isFalse();
    assertThat(commits.get("a.yaml").commit().value()).isEqualTo(last.name());
    assertThat(readings).as("the start, five commits and the end").hasValue(7);
  }

  @Test
  void theSearchEndsAfterTenThousandCommits() throws Exception {
    commit("ada", "Add a", Map.of("a.yaml", "1"));
    historyWithout(1_000);
    RevCommit within = commit("grace", "Add b", Map.of("b.yaml", "1"));
    historyWithout(9_500);

    Map<String, FileCommit> commits = commits(() -> 0, "a.yaml", "b.yaml");

    assertThat(shown(commits.get("b.yaml"))).isEqualTo("%s grace: Add b".formatted(within.name()));
    assertThat(commits.get("a.yaml").changed()).isFalse();
  }

  @Test
  void lineEndsOfTheWorkTreeAreNoChange() throws Exception {
    RevCommit first = commit("ada", "Add a", Map.of("a.yaml", "a: 1\nb: 2\n"));
    write("a.yaml", "a: 1\r\nb: 2\r\n");

    assertThat(commits("a.yaml").get("a.yaml").commit().value()).isEqualTo(first.name());
  }

  @Test
  void aShallowCloneHasOnlyTheCommitThatIsCheckedOut() throws Exception {
    commit("ada", "Add a", Map.of("a.yaml", "1"));
    RevCommit last = commit("grace", "Add b", Map.of("b.yaml", "1"));
    try (Git shallow =
        Git.cloneRepository()
            .setURI(directory.resolve("repository").toUri().toString())
            .setDirectory(directory.resolve("shallow").toFile())
            .setDepth(1)
            .call()) {
      fleet = shallow.getRepository().getWorkTree().toPath().resolve("fleet");
      FileCommit found = commits("a.yaml").get("a.yaml");

      assertThat(found.commit().value()).isEqualTo(last.name());
      assertThat(found.changed()).isFalse();
    }
  }

  @Test
  void aLinkToALinkedWorkTreeIsACheckout() throws Exception {
    RevCommit first = commit("ada", "Add a", Map.of("a.yaml", "1"));
    Path tree = Files.createDirectories(directory.resolve("trees/1/fleet"));
    Files.writeString(tree.resolve("a.yaml"), "1");
    Path data = Files.createDirectories(directory.resolve("repository/.git/worktrees/1"));
    Files.writeString(data.resolve("commondir"), "../..\n");
    Files.writeString(data.resolve("gitdir"), tree.getParent().resolve(".git") + "\n");
    Files.writeString(data.resolve("HEAD"), first.name() + "\n");
    Files.writeString(tree.getParent().resolve(".git"), "gitdir: " + data + "\n");
    fleet = Files.createSymbolicLink(directory.resolve("current"), tree);

    assertThat(shown(commits("a.yaml").get("a.yaml")))
        .isEqualTo("%s ada: Add a".formatted(first.name()));
  }

  @Test
  void aDirectoryThatNoCommitHasIsNoCheckout() throws Exception {
    assertThat(Checkout.of(fleet)).as("no commit").isEmpty();
    commit("ada", "Add a", Map.of("a.yaml", "1"));
    Path untracked = Files.createDirectories(directory.resolve("repository/untracked"));

    assertThat(Checkout.of(untracked)).isEmpty();
    assertThat(Checkout.of(directory)).as("no repository").isEmpty();
    try (Checkout checkout = Checkout.of(fleet).orElseThrow()) {
      assertThat(checkout.commits(List.of())).isEmpty();
    }
  }

  private Map<String, FileCommit> commits(String... files) throws IOException {
    return commits(System::nanoTime, files);
  }

  private Map<String, FileCommit> commits(LongSupplier nanoTime, String... files)
      throws IOException {
    Optional<Checkout> checkout = Checkout.of(fleet, nanoTime);
    try (Checkout opened = checkout.orElseThrow()) {
      return opened.commits(List.of(files));
    }
  }

  private static String shown(FileCommit found) {
    assertThat(found.changed()).isTrue();
    return "%s %s: %s".formatted(found.commit(), found.author(), found.message());
  }

  private RevCommit commit(String author, String message, Map<String, String> files)
      throws IOException, GitAPIException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      write(file.getKey(), file.getValue());
    }
    git.add().addFilepattern("fleet").call();
    PersonIdent person = new PersonIdent(author, author + "@example.com");
    return git.commit()
        .setAuthor(person)
        .setCommitter(person)
        .setMessage(message)
        .setSign(false)
        .call();
  }

  /** Adds commits that change another file than those of the fleet. */
  private void historyWithout(int commits) throws IOException {
    FileRepository repository = (FileRepository) git.getRepository();
    ObjectId parent = repository.resolve("HEAD");
    ObjectId fleetTree = repository.resolve("HEAD:fleet");
    CommitBuilder commit = new CommitBuilder();
    commit.setMessage("Change another file");
    try (ObjectInserter inserter = repository.getObjectDatabase().newPackInserter()) {
      for (int i = 0; i < commits; i++) {
        TreeFormatter tree = new TreeFormatter();
        tree.append("fleet", FileMode.TREE, fleetTree);
        ObjectId content = inserter.insert(Constants.OBJ_BLOB, Integer.toString(i).getBytes(UTF_8));
        tree.append("other", FileMode.REGULAR_FILE, content);
        commit.setTreeId(inserter.insert(tree));
        commit.setParentId(parent);
        commit.setAuthor(new PersonIdent("eve", "eve@example.com"));
        commit.setCommitter(commit.getAuthor());
        parent = inserter.insert(commit);
      }
      inserter.flush();
    }
    RefUpdate update = repository.updateRef("HEAD");
    update.setNewObjectId(parent);
    assertThat(update.update()).isEqualTo(RefUpdate.Result.FAST_FORWARD);
  }

  private void write(String file, String text) throws IOException {
    Path path = fleet.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}

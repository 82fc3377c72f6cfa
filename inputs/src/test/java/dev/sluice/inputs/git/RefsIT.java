package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refs that Git's own program writes: tags of each kind, and branches that do not only advance. */
class RefsIT {

  private static final RepositoryId SHOP = new RepositoryId("forge.example/team/shop");
  private static final GitRef MAIN = GitRef.branch("main");

  @TempDir private Path directory;
  private GitProgram git;
  private HttpBackend server;
  private Mirrors mirrors;

  @BeforeEach
  void create() throws Exception {
    git = GitProgram.init(directory.resolve("shop.git"));
    server = HttpBackend.plain(directory);
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    mirrors.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void annotatedNestedAndSignedTagsAreTheirCommit(String protocol) throws Exception {
    String commit = git.commit("a.yaml", "a: 1\n");
    git.run("tag", "light", commit);
    git.run("tag", "-a", "-m", "one", "annotated", commit);
    git.run("tag", "-a", "-m", "two", "nested", "annotated");
    git.run("tag", "-a", "-m", "three", "deep", "nested");
    Path key = OpenSshServer.generate(directory.resolve("key"), "ed25519", "");
    git.run(
        "-c",
        "gpg.format=ssh",
        "-c",
        "user.signingKey=" + key,
        "tag",
        "-s",
        "-m",
        "s",
        "signed",
        commit);
    assertThat(git.run("cat-file", "tag", "signed")).contains("BEGIN SSH SIGNATURE");

    for (String tag : List.of("light", "annotated", "nested", "deep", "signed")) {
      CommitId announced = new CommitId(git.run("rev-parse", "refs/tags/" + tag));
      assertAt(commit, fetch(protocol, GitRef.tag(tag), Optional.of(announced)));
      assertThat(mirrors.pinned(SHOP, tag)).as(tag).contains(new CommitId(commit));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void aTagOfNoCommitIsRefused(String protocol) throws Exception {
    String commit = git.commit("a.yaml", "a: 1\n");
    git.run("tag", "tree", commit + "^{tree}");
    git.run("tag", "-a", "-m", "blob", "blob", commit + ":a.yaml");

    for (String tag : List.of("tree", "blob")) {
      FetchOutcome outcome = fetch(protocol, GitRef.tag(tag), Optional.empty());
      assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
      FetchOutcome.Failed failed = (FetchOutcome.Failed) outcome;
      assertThat(failed.code()).isEqualTo(SourceFailure.REPOSITORY_UNREADABLE);
      assertThat(failed.reason())
          .contains("refs/tags/" + tag, "is not a commit: name a branch or a tag of a commit");
      assertThat(failed.retryable()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void aTagThatMovesIsFollowed(String protocol) throws Exception {
    String first = git.commit("a.yaml", "a: 1\n");
    git.run("tag", "-a", "-m", "one", "v1", first);
    assertAt(first, fetch(protocol, GitRef.tag("v1"), Optional.empty()));

    String second = git.commit("a.yaml", "a: 2\n");
    git.run("tag", "-f", "v1", second);
    assertAt(second, fetch(protocol, GitRef.tag("v1"), Optional.of(new CommitId(second))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void aBranchThatIsPushedBackAndForthIsFollowed(String protocol) throws Exception {
    String first = git.commit("a.yaml", "a: 1\n"); // commits without a common ancestor
    assertAt(first, fetch(protocol, MAIN, Optional.empty()));
    String second = git.commit("a.yaml", "a: 2\n");

    for (String pushed : List.of(second, first, second, first)) {
      git.run("update-ref", "refs/heads/main", pushed);
      assertAt(pushed, fetch(protocol, MAIN, Optional.of(new CommitId(pushed))));
      assertAt(pushed, fetch(protocol, MAIN, Optional.empty()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void aBranchThatIsDeletedAndCreatedAgainIsFollowed(String protocol) throws Exception {
    String first = git.commit("a.yaml", "a: 1\n");
    assertAt(first, fetch(protocol, MAIN, Optional.empty()));
    git.run("update-ref", "-d", "refs/heads/main");
    assertThat(fetch(protocol, MAIN, Optional.empty())).isEqualTo(new FetchOutcome.Gone());

    String again = git.commit("a.yaml", "a: 2\n");
    assertAt(again, fetch(protocol, MAIN, Optional.of(new CommitId(again))));
    git.run("update-ref", "-d", "refs/heads/main");
    assertThat(fetch(protocol, MAIN, Optional.empty())).isEqualTo(new FetchOutcome.Gone());
    git.run("update-ref", "refs/heads/main", first);
    assertAt(first, fetch(protocol, MAIN, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void aRenamedDefaultBranchIsFoundUnderItsNewNameOnly(String protocol) throws Exception {
    String commit = git.commit("a.yaml", "a: 1\n");
    assertAt(commit, fetch(protocol, MAIN, Optional.empty()));
    git.run("branch", "-m", "main", "trunk");

    assertThat(git.run("symbolic-ref", "HEAD")).isEqualTo("refs/heads/trunk");
    assertThat(mirrors.defaultBranch(repository(protocol)))
        .isEqualTo(new DefaultBranch.Named(GitRef.branch("trunk")));
    assertThat(fetch(protocol, MAIN, Optional.empty())).isEqualTo(new FetchOutcome.Gone());
    assertAt(commit, fetch(protocol, GitRef.branch("trunk"), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "file"})
  void whatWasDispatchedOutlivesForcePushesAndGarbageCollectionOnBothSides(String protocol)
      throws Exception {
    String dispatched = git.commit("a.yaml", "a: 1\n");
    assertAt(dispatched, fetch(protocol, MAIN, Optional.empty()));
    mirrors.keep(SHOP, new CommitId(dispatched));
    String rewritten = git.commit("a.yaml", "a: 2\n");
    assertAt(rewritten, fetch(protocol, MAIN, Optional.empty()));
    git.run("gc", "--quiet", "--prune=now");
    mirrors.close();
    collectGarbage();

    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());

    assertThat(mirrors.has(SHOP, new CommitId(dispatched))).isTrue();
    SourceTree tree = mirrors.tree(SHOP, new CommitId(dispatched));
    assertThat(tree.read(tree.entry("a.yaml").orElseThrow(), 100)).asString().isEqualTo("a: 1\n");
    assertAt(rewritten, fetch(protocol, MAIN, Optional.empty()));
  }

  private void collectGarbage() throws Exception {
    try (Stream<Path> found = Files.list(directory.resolve("mirrors"));
        Repository opened =
            new FileRepositoryBuilder()
                .setGitDir(found.findFirst().orElseThrow().toFile())
                .setBare()
                .build();
        Git collector = Git.wrap(opened)) {
      collector.gc().setExpire(Clock.systemUTC().instant().plusSeconds(60)).call();
    }
  }

  private FetchOutcome fetch(String protocol, GitRef ref, Optional<CommitId> announced) {
    return mirrors.fetch(repository(protocol), ref, announced);
  }

  private RemotePolicy.Base repository(String protocol) {
    String url =
        protocol.equals("http")
            ? server.url("shop.git")
            : "file://" + directory.resolve("shop.git");
    return new RemotePolicy.Base(SHOP, url, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static void assertAt(String commit, FetchOutcome outcome) {
    assertThat(outcome).isEqualTo(new FetchOutcome.At(new CommitId(commit)));
  }
}

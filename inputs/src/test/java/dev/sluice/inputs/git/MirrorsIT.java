package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Origin.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("locale")
class MirrorsIT {

  private static final GitRef MAIN = GitRef.branch("main");
  private static final CommitId UNKNOWN = new CommitId("1234567890".repeat(4));

  @TempDir Path directory;
  private Origin origin;
  private Mirrors mirrors;
  private SourceSpec source;
  private RepositoryId repository;

  @BeforeEach
  void start() throws IOException {
    origin = new Origin(directory.resolve("origin.git"));
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    source = origin.source("app");
    repository = source.repository();
  }

  @AfterEach
  void stop() {
    mirrors.close();
    origin.close();
  }

  @Test
  void fetchesTheHeadOfABranch() throws IOException {
    CommitId first = push(Map.of("app/a.yaml", Content.file("a: 1")));

    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(first));
    assertThat(text(first, "app/a.yaml")).isEqualTo("a: 1");

    CommitId second = push(Map.of("app/a.yaml", Content.file("a: 2")), first);
    assertThat(fetch(Optional.of(second))).isEqualTo(new FetchOutcome.At(second));
    assertThat(text(second, "app/a.yaml")).isEqualTo("a: 2");
  }

  @Test
  void fetchesARefOfARepositoryThatIsNoSource() throws IOException {
    CommitId first = push(Map.of("a", Content.file("1")));

    assertThat(mirrors.fetch(base(), MAIN, Optional.of(first)))
        .isEqualTo(new FetchOutcome.At(first));
    assertThat(mirrors.fetch(base(), GitRef.branch("other"), Optional.empty()))
        .isEqualTo(new FetchOutcome.Gone());
  }

  @Test
  void findsTheDefaultBranch() throws IOException {
    assertThat(mirrors.defaultBranch(base()))
        .isInstanceOfSatisfying(
            DefaultBranch.Unknown.class,
            unknown ->
                assertThat(unknown.failed().reason())
                    .contains(repository + " names no default branch"));

    CommitId first = push(Map.of("a", Content.file("1")));
    origin.set(GitRef.branch("trunk"), first);
    origin.setHead(GitRef.branch("trunk"));
    assertThat(mirrors.defaultBranch(base()))
        .isEqualTo(new DefaultBranch.Named(GitRef.branch("trunk")));

    origin.setHead(MAIN);
    assertThat(mirrors.defaultBranch(base())).isEqualTo(new DefaultBranch.Named(MAIN));
  }

  @Test
  void aDefaultBranchCannotBeAskedFromARepositoryThatIsMissing() {
    String url = "file://" + directory.resolve("missing.git");
    assertThat(
            mirrors.defaultBranch(
                new RemotePolicy.Base(
                    RepositoryId.fromUrl(url),
                    url,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())))
        .isInstanceOfSatisfying(
            DefaultBranch.Unknown.class,
            unknown ->
                assertThat(unknown.failed().code()).isEqualTo(SourceFailure.REPOSITORY_NOT_FOUND));
  }

  @Test
  void findsTheCommitsThatChangedFiles() throws IOException {
    CommitId first = push(Map.of("a", Content.file("1"), "b", Content.file("1")));
    CommitId second = push(Map.of("a", Content.file("2"), "b", Content.file("1")), first);
    CommitId third = push(Map.of("a", Content.file("2")), second);
    fetch(Optional.empty());

    Map<String, FileCommit> commits =
        mirrors.commits(repository, third, Set.of("a", "b", "never/was"));
    assertThat(commits.get("a").commit()).isEqualTo(second);
    assertThat(commits.get("b").commit()).isEqualTo(third);
    assertThat(commits.get("never/was"))
        .satisfies(
            found -> {
              assertThat(found.commit()).isEqualTo(third);
              assertThat(found.changed()).isFalse();
            });
  }

  @Test
  void aCommitWithMalformedLinesHasNoAuthorAndNoTime() throws IOException {
    CommitId files = origin.commit(Map.of("a", Content.file("1")));
    CommitId malformed = origin.commitBy("author", "committer", files);
    origin.set(MAIN, malformed);
    fetch(Optional.empty());

    assertThat(mirrors.commits(repository, malformed, Set.of("a")))
        .containsValue(new FileCommit(malformed, "", "change", Instant.EPOCH, true));
  }

  private RemotePolicy.Base base() {
    return new RemotePolicy.Base(
        repository, origin.url(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  @Test
  void acceptsACommitLaterThanTheExpectedOne() throws IOException {
    CommitId first = push(Map.of("a", Content.file("1")));
    CommitId second = push(Map.of("a", Content.file("2")), first);

    assertThat(fetch(Optional.of(first))).isEqualTo(new FetchOutcome.At(second));
    assertThat(fetch(Optional.of(first))).isEqualTo(new FetchOutcome.At(second));
  }

  @Test
  void reportsAnExpectedCommitThatIsMissing() throws IOException {
    CommitId first = push(Map.of("a", Content.file("1")));

    assertThat(fetch(Optional.of(UNKNOWN))).isEqualTo(new FetchOutcome.NotYet(Optional.of(first)));
    assertThat(mirrors.has(repository, first)).isTrue();
    assertThat(mirrors.has(repository, UNKNOWN)).isFalse();
  }

  @Test
  void hasOnlyCommitsAsCommits() throws IOException {
    CommitId commit = push(Map.of("a", Content.file("1")));
    CommitId tag = origin.tag("v1", commit);
    origin.set(GitRef.branch("main"), tag);
    fetch(Optional.empty());

    assertThat(mirrors.has(repository, commit)).isTrue();
    assertThat(mirrors.has(repository, tag)).isFalse();
    assertThat(mirrors.has(repository, origin.tree(commit))).isFalse();
    assertThat(mirrors.has(repository, origin.blob(commit, "a"))).isFalse();
  }

  @Test
  void recognisesARewrittenBranch() throws IOException {
    CommitId base = push(Map.of("a", Content.file("1")));
    CommitId lost = push(Map.of("a", Content.file("2")), base);
    assertThat(fetch(Optional.of(lost))).isEqualTo(new FetchOutcome.At(lost));

    CommitId other = push(Map.of("a", Content.file("3")), base);
    assertThat(fetch(Optional.of(lost))).isEqualTo(new FetchOutcome.At(other));

    // announced again, but the remote has not moved: it may show an older state
    assertThat(fetch(Optional.of(lost))).isEqualTo(new FetchOutcome.NotYet(Optional.of(other)));
    origin.set(MAIN, lost);
    assertThat(fetch(Optional.of(lost))).isEqualTo(new FetchOutcome.At(lost));
  }

  @Test
  void countsTheCommitsThatAnEarlierOneHasNot() throws IOException {
    CommitId base = push(Map.of("a", Content.file("1")));
    CommitId two = push(Map.of("a", Content.file("2")), base);
    CommitId other = push(Map.of("a", Content.file("3")), base);
    CommitId merge = push(Map.of("a", Content.file("4")), two, other);
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(merge));

    assertThat(mirrors.newCommits(repository, base, merge)).isEqualTo(3);
    assertThat(mirrors.newCommits(repository, two, merge)).isEqualTo(2);
    assertThat(mirrors.newCommits(repository, merge, merge)).isZero();
    assertThat(mirrors.newCommits(repository, merge, base)).isZero();
    assertThat(mirrors.newCommits(repository, two, other)).isEqualTo(1);
  }

  @Test
  void keepsRewrittenAndDeletedHistoryThroughGarbageCollection() throws Exception {
    CommitId lost = push(Map.of("a", Content.file("lost")));
    fetch(Optional.empty());
    mirrors.keep(repository, lost);
    CommitId deleted = push(Map.of("a", Content.file("deleted")));
    fetch(Optional.empty());
    origin.delete(MAIN);
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.Gone());

    collectGarbage();

    assertThat(text(lost, "a")).isEqualTo("lost");
    assertThat(text(deleted, "a")).isEqualTo("deleted");
  }

  @Test
  void reportsAMissingRefAsGoneOnlyWithoutAnExpectation() throws IOException {
    CommitId first = push(Map.of("a", Content.file("1")));
    fetch(Optional.empty());
    origin.delete(MAIN);

    assertThat(fetch(Optional.of(first))).isEqualTo(new FetchOutcome.NotYet(Optional.empty()));
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.Gone());
  }

  @Test
  void acceptsABranchInPlaceOfADirectoryOfBranches() throws IOException {
    CommitId commit = origin.commit(Map.of("a", Content.file("1")));
    origin.set(GitRef.branch("x"), commit);
    assertThat(mirrors.fetch(source, GitRef.branch("x"), Optional.empty()))
        .isEqualTo(new FetchOutcome.At(commit));
    origin.delete(GitRef.branch("x"));
    origin.set(GitRef.branch("x/y"), commit);

    assertThat(mirrors.fetch(source, GitRef.branch("x/y"), Optional.empty()))
        .isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void peelsAnnotatedTags() throws IOException {
    CommitId commit = origin.commit(Map.of("a", Content.file("1")));
    CommitId tag = origin.tag("v1", commit);
    GitRef ref = GitRef.tag("v1");
    origin.set(ref, tag);

    assertThat(mirrors.fetch(source, ref, Optional.of(tag))).isEqualTo(new FetchOutcome.At(commit));
    assertThat(mirrors.fetch(source, ref, Optional.of(commit)))
        .isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void failsPermanentlyWithoutARepositoryOrWithAnotherKindOfUrl() {
    assertThat(failure("file://" + directory.resolve("nowhere.git"), Optional.empty()).retryable())
        .isFalse();
    FetchOutcome.Failed unsupported = failure("git://127.0.0.1/x", Optional.empty());
    assertThat(unsupported.retryable()).isFalse();
    assertThat(unsupported.reason()).contains("correct the URL");
  }

  @Test
  void failuresContainNoCredentials() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "alice:s3cr3t-value\n");
    var reference = Optional.of(new SecretReference("file:" + secret));

    FetchOutcome.Failed refused = failure("http://127.0.0.1:1/owner/repository", reference);
    assertThat(refused.retryable()).isTrue();
    assertThat(refused.reason()).contains("owner/repository").doesNotContain("s3cr3t", "alice");

    FetchOutcome.Failed missing =
        failure("http://127.0.0.1:1/o/r", Optional.of(new SecretReference("file:/nowhere")));
    assertThat(missing.reason()).contains("file:/nowhere");
    assertThat(missing.retryable()).isFalse();
  }

  @Test
  void listsChangedPaths() throws IOException {
    CommitId from =
        push(
            Map.of(
                "same", Content.file("same"),
                "dir/changed", Content.file("1"),
                "mode", Content.file("x"),
                "old-name", Content.file("moved"),
                "becomes-directory", Content.file("x")));
    CommitId to =
        push(
            Map.of(
                "same", Content.file("same"),
                "dir/changed", Content.file("2"),
                "mode", Content.executable("x"),
                "new-name", Content.file("moved"),
                "becomes-directory/file", Content.file("x")),
            from);
    fetch(Optional.empty());

    assertThat(mirrors.changedPaths(repository, from, to))
        .containsExactlyInAnyOrder(
            "dir/changed",
            "mode",
            "old-name",
            "new-name",
            "becomes-directory",
            "becomes-directory/file");
    assertThat(mirrors.changedPaths(repository, to, to)).isEmpty();
  }

  @Test
  void distinguishesKindsOfEntries() throws IOException {
    CommitId commit =
        push(
            Map.of(
                "app/file", Content.file("12345"),
                "app/script", Content.executable("#!"),
                "app/link", Content.link("../elsewhere"),
                "app/module", Content.submodule(UNKNOWN.value()),
                "app/dir/inner", Content.file("")));
    fetch(Optional.empty());

    SourceTree tree = mirrors.tree(repository, commit);

    assertThat(tree.list("app"))
        .extracting(TreeEntry::name, TreeEntry::kind)
        .containsExactly(
            tuple("dir", TreeEntry.Kind.DIRECTORY),
            tuple("file", TreeEntry.Kind.FILE),
            tuple("link", TreeEntry.Kind.SYMLINK),
            tuple("module", TreeEntry.Kind.GITLINK),
            tuple("script", TreeEntry.Kind.EXECUTABLE));
    TreeEntry file = tree.entry("app/file").orElseThrow();
    assertThat(tree.size(file)).isEqualTo(5);
    assertThatThrownBy(() -> tree.read(file, 4)).isInstanceOf(FileTooLargeException.class);
    assertThat(tree.entry("app/file/below")).isEmpty();
    assertThat(tree.entry("nowhere/a")).isEmpty();
    assertThat(tree.list("nowhere")).isEmpty();
  }

  @Test
  void marksInvalidNames() throws IOException {
    CommitId commit = origin.commitRaw(new byte[] {'a', (byte) 0xff, '.', 'y'}, "x");
    CommitId git = origin.commitRaw(".git".getBytes(StandardCharsets.US_ASCII), "x");
    origin.set(MAIN, commit);
    origin.set(GitRef.branch("git"), git);
    fetch(Optional.empty());
    mirrors.fetch(source, GitRef.branch("git"), Optional.empty());

    TreeEntry latin = mirrors.tree(repository, commit).list("").getFirst();
    assertThat(latin.path()).isEqualTo("a\\xff.y");
    assertThat(latin.kind()).isEqualTo(TreeEntry.Kind.MISNAMED);
    assertThat(mirrors.tree(repository, git).list("").getFirst().kind())
        .isEqualTo(TreeEntry.Kind.MISNAMED);
    assertThat(mirrors.changedPaths(repository, git, commit)).contains("a\\xff.y");
  }

  @Test
  void reportsMissingCommits() {
    assertThat(mirrors.has(repository, UNKNOWN)).isFalse();
    assertThatThrownBy(() -> mirrors.tree(repository, UNKNOWN))
        .isInstanceOf(NotMirroredException.class)
        .hasMessageContaining(repository.value());
  }

  @Test
  void worksAfterARestart() throws IOException {
    CommitId first = push(Map.of("a", Content.file("1")));
    fetch(Optional.empty());
    mirrors.close();

    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());

    assertThat(mirrors.has(repository, first)).isTrue();
    assertThat(text(first, "a")).isEqualTo("1");
  }

  @Test
  void readsAndFetchesConcurrentlyWhilePacksAreCollected() throws Exception {
    CommitId head = push(Map.of("a", Content.file("0")));
    fetch(Optional.empty());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 1; i <= 250; i++) {
        head = push(Map.of("a", Content.file("" + i)), head);
        CommitId pushed = head;
        String expected = "" + i;
        reads.add(
            threads.submit(
                () -> {
                  assertThat(fetch(Optional.of(pushed))).isInstanceOf(FetchOutcome.At.class);
                  assertThat(text(pushed, "a")).isEqualTo(expected);
                }));
        if (i % 25 == 0) {
          for (Future<?> read : reads) {
            read.get();
          }
        }
      }
      for (Future<?> read : reads) {
        read.get();
      }
    }
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(head));
  }

  @Test
  void readsNoConfigurationOfTheHost() {
    SystemReader reader = SystemReader.getInstance();

    assertThat(reader).isInstanceOf(IsolatedSystemReader.class);
    assertThat(reader.openUserConfig(null, FS.DETECTED).getFile()).isNull();
    assertThat(reader.openSystemConfig(null, FS.DETECTED).getFile()).isNull();
    assertThat(reader.getenv("GIT_DIR")).isNull();
  }

  private FetchOutcome.Failed failure(String url, Optional<SecretReference> credentials) {
    var elsewhere =
        new SourceSpec(
            new RepositoryId("forge.example/owner/repository"),
            url,
            credentials,
            Optional.empty(),
            MAIN,
            "",
            Optional.empty(),
            Optional.empty(),
            RenderOptions.DEFAULT);
    return (FetchOutcome.Failed) mirrors.fetch(elsewhere, MAIN, Optional.empty());
  }

  private CommitId push(Map<String, Content> files, CommitId... parents) throws IOException {
    CommitId commit = origin.commit(files, parents);
    origin.set(MAIN, commit);
    return commit;
  }

  private FetchOutcome fetch(Optional<CommitId> expected) {
    return mirrors.fetch(source, MAIN, expected);
  }

  private String text(CommitId commit, String path) {
    SourceTree tree = mirrors.tree(repository, commit);
    return new String(tree.read(tree.entry(path).orElseThrow(), 1_000_000), StandardCharsets.UTF_8);
  }

  private void collectGarbage() throws Exception {
    Path mirror;
    try (var found = Files.list(directory.resolve("mirrors"))) {
      mirror = found.findFirst().orElseThrow();
    }
    try (Repository opened =
            new FileRepositoryBuilder().setGitDir(mirror.toFile()).setBare().build();
        Git git = Git.wrap(opened)) {
      git.gc().setExpire(Instant.now().plusSeconds(60)).call();
    }
  }
}

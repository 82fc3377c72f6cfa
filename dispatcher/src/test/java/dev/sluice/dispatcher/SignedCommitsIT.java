package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.inputs.signature.SignedRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that need a signature by a trusted key before they are sent. */
class SignedCommitsIT {

  @TempDir private Path directory;
  private Situation situation;
  private SignedRepository repository;
  private RepositoryId id;
  private Path signers;
  private String ada;
  private String bob;

  @BeforeEach
  void open() throws IOException {
    situation = new Situation(directory);
    repository = new SignedRepository(Files.createDirectory(directory.resolve("signed")));
    id = RepositoryId.fromUrl(repository.url());
    signers = directory.resolve("allowed_signers");
    ada = repository.key("ada", "ed25519");
    bob = repository.key("bob", "ed25519");
    trust(ada);
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void anUnsignedCommitWaitsAndTheNextSignedOneIsSent() throws IOException {
    fleet("verify: {mode: head, allowedSigners: \"file:%s\"}".formatted(signers));
    signed("ada", "one");
    start();
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");

    CommitId unsigned = repository.commit(path(), content("two"));
    situation.deliver(id, Optional.of(unsigned));

    DeadLetterEvent.Opened opened = opened(1).getFirst();
    assertThat(opened.failure().code()).isEqualTo(SourceFailure.UNSIGNED);
    assertThat(opened.failure().message())
        .isEqualTo(
            "commit %s of %s is not signed; verify.mode head expects a signature by 1 SSH key at file:%s"
                .formatted(unsigned, id, signers));
    assertThat(opened.failure().stage()).isEqualTo(Failure.Stage.SOURCE);
    assertThat(opened.subject().orElseThrow().generation().value()).isEqualTo(1);
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one");

    situation.deliver(id, Optional.of(signed("ada", "three")));

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 three");
    assertThat(situation.deadLetters().getLast())
        .isInstanceOfSatisfying(
            DeadLetterEvent.Closed.class,
            closed ->
                assertThat(closed.reason()).isEqualTo(DeadLetterEvent.Closed.Reason.SUCCEEDED));
  }

  @Test
  void aCommitThatChangesNothingForTheApplicationNeedsNoSignature() throws IOException {
    fleet("verify: {mode: head, allowedSigners: \"file:%s\"}".formatted(signers));
    signed("ada", "one");
    start();
    situation.awaitSync(STAGING, 1);

    situation.deliver(id, Optional.of(repository.commit("README.md", "text\n")));
    situation.deliver(id, Optional.of(repository.signed("ada", "LICENSE", "text\n")));
    situation.awaitQuiet();

    assertThat(situation.deadLetters()).isEmpty();
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one");
  }

  @Test
  void aTrustedKeyThatIsAddedIsReadWithoutARestart() throws IOException {
    fleet("verify: {mode: head, allowedSigners: \"file:%s\"}".formatted(signers));
    signed("bob", "one");
    start();
    assertThat(opened(1).getFirst().failure().code()).isEqualTo(SourceFailure.UNKNOWN_SIGNER);

    trust(ada, bob);

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
    situation.awaitQuiet();
    assertThat(situation.deadLetters())
        .as("nothing is tried before the keys change")
        .hasExactlyElementsOfTypes(DeadLetterEvent.Opened.class, DeadLetterEvent.Closed.class);
    assertThat(dispatchReasons()).containsExactly("first dispatch");

    trust(ada);
    situation.deliver(id, Optional.of(signed("bob", "two")));
    assertThat(opened(2).getLast().failure().code()).isEqualTo(SourceFailure.UNKNOWN_SIGNER);
  }

  @Test
  void aFileOfKeysThatAppearsEndsTheWait() throws IOException {
    Files.delete(signers);
    fleet("verify: {mode: head, allowedSigners: \"file:%s\"}".formatted(signers));
    signed("ada", "one");
    Dispatcher first = start();
    assertThat(opened(1).getFirst().failure().code())
        .isEqualTo(SourceFailure.SIGNING_KEYS_UNREADABLE);
    first.close();
    start();

    trust(ada);

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
  }

  @Test
  void everyCommitOfAPushIsVerifiedUntilTheBranchIsRewritten() throws IOException {
    fleet("verify: {mode: every-commit, allowedSigners: \"file:%s\"}".formatted(signers));
    repository.commit("README.md", "old\n");
    CommitId base = signed("ada", "one");
    start();
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");

    CommitId unsigned = repository.commit("README.md", "new\n");
    situation.deliver(id, Optional.of(signed("ada", "two")));
    Failure failure = opened(1).getFirst().failure();
    assertThat(failure.code()).isEqualTo(SourceFailure.UNSIGNED);
    assertThat(failure.message()).startsWith("commit " + unsigned + " of ");
    situation.deliver(id, Optional.of(signed("ada", "three")));
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one");

    repository.reset(base);
    repository.signed("ada", "README.md", "new\n");
    situation.deliver(id, Optional.of(signed("ada", "three")));

    assertThat(lines(situation.awaitSync(STAGING, 2))).contains("web 2 three");
  }

  @Test
  void whatWasSentBeforeStaysAndARollbackToItIsVerified() throws IOException {
    fleet("");
    CommitId unsigned = repository.commit(path(), content("one"));
    start();
    situation.awaitSync(STAGING, 1);
    fleet("verify: {mode: head, allowedSigners: \"file:%s\"}".formatted(signers));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                situation.changes().stream()
                    .anyMatch(
                        event ->
                            event instanceof ChangeEvent.DefinitionAccepted accepted
                                && accepted
                                    .definition()
                                    .sources()
                                    .getFirst()
                                    .verify()
                                    .isPresent()));
    situation.awaitQuiet();
    situation.deliver(id, Optional.of(signed("ada", "two")));
    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 two");

    situation.command("web", Set.of(STAGING), new Command.Restore(unsigned));

    assertThat(opened(1).getFirst().failure().message()).startsWith("commit " + unsigned);
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one", "web 2 two");
  }

  @Test
  void aSignedTagIsSent() throws IOException {
    String verify = "verify: {mode: tag, allowedSigners: \"file:%s\"}".formatted(signers);
    CommitId commit = repository.commit(path(), content("one"));
    repository.tag("stable", Optional.empty());
    fleet(verify, "refs/tags/stable");
    start();
    assertThat(opened(1).getFirst().failure().code()).isEqualTo(SourceFailure.UNSIGNED);

    repository.tag("stable", Optional.of("ada"));
    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                id, GitRef.tag("stable"), Optional.empty(), Optional.of(commit), origin));

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
  }

  @Test
  void furtherSourcesAreVerifiedToo() throws IOException {
    base("verify: {mode: every-commit, allowedSigners: \"file:%s\"}".formatted(signers));
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          sources:
          - {repository: own, path: apps/web}
          - {repository: shop, path: apps/web}
          clusters: {names: [staging]}
          namespace: web
        """);
    situation.document(
        "own",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: own}
        spec: {url: "%s"}
        """
            .formatted(situation.origin.url()));
    situation.put("web", "own").push();
    signed("ada", "one");
    start();
    situation.awaitSync(STAGING, 1);
    CommitId unsigned = repository.commit("README.md", "new\n");
    situation.deliver(id, Optional.of(signed("ada", "two")));

    Failure failure = opened(1).getFirst().failure();
    assertThat(failure.code()).isEqualTo(SourceFailure.UNSIGNED);
    assertThat(failure.message()).startsWith("commit " + unsigned + " of " + id);
  }

  private Dispatcher start() {
    return situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
  }

  private void fleet(String verify) throws IOException {
    fleet(verify, MAIN.value());
  }

  private void fleet(String verify, String ref) throws IOException {
    base(verify);
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: shop, path: apps/web, ref: %s}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(ref));
  }

  private void base(String verify) throws IOException {
    situation.document(
        "base",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: shop}
        spec:
          url: "%s"
          %s
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging}
        """
            .formatted(repository.url(), verify));
  }

  private void trust(String... keys) throws IOException {
    Files.writeString(
        signers, String.join("\n", List.of(keys).stream().map(key -> "* " + key).toList()));
  }

  private CommitId signed(String key, String value) throws IOException {
    return repository.signed(key, path(), content(value));
  }

  private static String path() {
    return "apps/web/config.yaml";
  }

  private static String content(String value) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {value: %s}\n"
        .formatted(value);
  }

  private List<DeadLetterEvent.Opened> opened(int atLeast) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                situation.deadLetters().stream()
                    .filter(DeadLetterEvent.Opened.class::isInstance)
                    .map(DeadLetterEvent.Opened.class::cast)
                    .toList(),
            list -> list.size() >= atLeast);
  }

  private List<String> dispatchReasons() {
    return situation.results().stream()
        .filter(ResultEvent.Dispatched.class::isInstance)
        .map(result -> ((ResultEvent.Dispatched) result).reason())
        .toList();
  }
}

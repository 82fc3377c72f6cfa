package dev.sluice.receiver.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefaultBranchChanged;
import dev.sluice.contract.event.ChangeEvent.MergeRecorded;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.net.URLEncoder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GithubPayloadsTest {

  private static final CommitId ONE = new CommitId("1".repeat(40));
  private static final CommitId TWO = new CommitId("2".repeat(40));
  private static final String PUSH = Deliveries.fixture("github-push.json");
  private static final String MERGED = Deliveries.fixture("github-merged.json");
  private static final RefChanged PUSHED =
      new RefChanged(
          new RepositoryId("git.example.com/shop/frontend"),
          GitRef.branch("main"),
          Optional.of(ONE),
          Optional.of(TWO),
          new Origin.Webhook("forge", "d-1", Optional.of("ada"), Deliveries.RECEIVED));

  @Test
  void readsAPush() {
    assertThat(read("push", PUSH)).isEqualTo(events(PUSHED));
  }

  @Test
  void readsAPushSentAsAForm() {
    String form = "x=%zz&payload=" + URLEncoder.encode(PUSH, UTF_8) + "&y=";
    Map<String, String> headers =
        Map.of(
            "X-GitHub-Event", "push",
            "X-GitHub-Delivery", "d-1",
            "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");

    assertThat(new GithubPayloads().read(Deliveries.of(form.getBytes(UTF_8), headers)))
        .isEqualTo(events(PUSHED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "payload", "payload=%7", "payload=%zz", "payload={}&payload={}"})
  void refusesABrokenForm(String form) {
    Map<String, String> headers =
        Map.of("X-GitHub-Event", "push", "Content-Type", "application/x-www-form-urlencoded");

    assertThat(new GithubPayloads().read(Deliveries.of(form.getBytes(UTF_8), headers)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class,
            malformed -> assertThat(malformed.reason()).startsWith("the form has"));
  }

  @Test
  void readsCreationAndDeletion() {
    String none = "0".repeat(40);

    RefChanged created = event(read("push", PUSH.replace("1".repeat(40), none)));
    RefChanged deleted = event(read("push", PUSH.replace("2".repeat(40), none)));

    assertThat(created.before()).isEmpty();
    assertThat(created.after()).contains(TWO);
    assertThat(deleted.before()).contains(ONE);
    assertThat(deleted.after()).isEmpty();
  }

  @Test
  void readsTagsAndSha256Ids() {
    RefChanged tag = event(read("push", PUSH.replace("refs/heads/main", "refs/tags/v1")));
    RefChanged sha256 =
        event(
            read(
                "push",
                PUSH.replace("2".repeat(40), "2".repeat(64))
                    .replace("1".repeat(40), "0".repeat(64))));

    assertThat(tag.ref()).isEqualTo(GitRef.tag("v1"));
    assertThat(sha256.after()).contains(new CommitId("2".repeat(64)));
    assertThat(sha256.before()).isEmpty();
  }

  @Test
  void takesTheSenderWhereNoPusherIsNamed() {
    RefChanged change = event(read("push", PUSH.replace("{\"name\": \"ada\"}", "null")));
    assertThat(((Origin.Webhook) change.origin()).actor()).contains("ada-login");
  }

  @Test
  void readsAMerge() {
    assertThat(read("pull_request", MERGED))
        .isEqualTo(
            events(
                new MergeRecorded(
                    new RepositoryId("git.example.com/shop/frontend"),
                    GitRef.branch("main"),
                    Optional.of(new CommitId("3".repeat(40))),
                    Optional.empty(),
                    Optional.empty(),
                    62,
                    "Raise the limit",
                    Optional.of("grace"),
                    Optional.of("ada"),
                    Optional.of("https://git.example.com/shop/frontend/pull/62"),
                    new Origin.Webhook("forge", "d-1", Optional.of("ada"), Deliveries.RECEIVED),
                    Optional.empty())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"22", "", "0", "boom", "000000000000000000000000000000000000000"})
  void anInvalidAfterIsReadAsUnknown(String after) {
    Parsed parsed = read("push", PUSH.replace("2".repeat(40), after));

    assertThat(((Parsed.Events) parsed).events())
        .singleElement()
        .isInstanceOfSatisfying(RefChanged.class, change -> assertThat(change.after()).isEmpty());
  }

  @Test
  void ignoresAClosedRequestThatWasNotMerged() {
    assertThat(read("pull_request", MERGED.replace("\"merged\": true", "\"merged\": false")))
        .isEqualTo(new Parsed.Ignored(IgnoredReason.NOT_A_MERGE));
    assertThat(read("pull_request", MERGED.replace("\"closed\"", "\"edited\"")))
        .isEqualTo(new Parsed.Ignored(IgnoredReason.NOT_A_MERGE));
  }

  @ParameterizedTest
  @CsvSource({
    "refs/heads/gh-readonly-queue/main/pr-1-abc, MERGE_QUEUE",
    "refs/notes/commits, NOT_FOLLOWABLE",
    "semver *, NOT_FOLLOWABLE"
  })
  void ignoresRefsThatCannotBeFollowed(String ref, IgnoredReason reason) {
    assertThat(read("push", PUSH.replace("refs/heads/main", ref)))
        .isEqualTo(new Parsed.Ignored(reason));
  }

  @ParameterizedTest
  @CsvSource({
    "ping, PING",
    "create, REPEATS_A_PUSH",
    "delete, REPEATS_A_PUSH",
    "merge_group, MERGE_QUEUE",
    "installation, OTHER_EVENT",
    "no_such_event, OTHER_EVENT"
  })
  void ignoresOtherEventsUnread(String event, IgnoredReason reason) {
    assertThat(read(event, "not even JSON")).isEqualTo(new Parsed.Ignored(reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"refs/heads/main\" | \"main\" | ref has a value that cannot be right",
        "\"refs/heads/main\" | \"refs/heads/a\\u0000b\" | ref has a value that cannot be right",
        "\"refs/heads/main\" | \"refs/heads/\\ud800\" | ref holds a lone surrogate",
        "\"refs/heads/main\" | {\"a\": []} | ref is not a text",
        "\"refs/heads/main\" | null | ref is missing",
        "\"2222222222222222222222222222222222222222\" | null | after is missing",
        "\"Shop/Frontend\" | \".*\" | repository.full_name has a value that cannot be right",
        "\"Shop/Frontend\" | \".*/.*\" | repository.full_name has a value that cannot be right",
        "\"Shop/Frontend\" | \"..\" | repository.full_name has a value that cannot be right",
        "\"Shop/Frontend\" | [\"x\"] | repository.full_name is not a text",
        "\"ada\" | 7 | pusher.name is not a text",
      })
  void refusesInvalidFields(String from, String to, String reason) {
    assertThat(PUSH).contains(from);
    assertThat(read("push", PUSH.replace(from, to))).isEqualTo(new Parsed.Malformed(reason));
  }

  @Test
  void describesTheHeadCommitInBoundedTexts() {
    String head =
        """
        {"message": "\\n \\n%s\\n\\nbody", "url": "%s", "author": {"name": "%s"}}
        """;
    String escapes = "Raise \\u0007the\\u202e limit\\ud800";

    assertThat(head(head.formatted(escapes, "https://git.example.com/c/2", "Ada L")))
        .contains(
            new CommitSummary(
                Optional.of("Raise  the  limit"),
                Optional.of("Ada L"),
                Optional.of("https://git.example.com/c/2")));
    assertThat(head(head.formatted("x".repeat(60_000), "javascript:alert(1)", "y".repeat(60_000))))
        .contains(
            new CommitSummary(
                Optional.of("x".repeat(197) + "..."),
                Optional.of("y".repeat(97) + "..."),
                Optional.empty()));
    assertThat(head(head.formatted("", "ftp://git.example.com", " ")))
        .contains(new CommitSummary(Optional.of("body"), Optional.empty(), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "7",
        "[]",
        "{}",
        "{\"message\": 7, \"author\": [], \"url\": {\"a\": 1}}",
        "{\"message\": {\"a\": \"b\"}, \"message\": null, \"author\": \"ada\"}",
        "{\"author\": {\"name\": 99999999999999999999999999}}",
      })
  void readsAPushWhateverItsHeadCommitIs(String head) {
    assertThat(withHead(head)).isEqualTo(events(PUSHED));
  }

  @Test
  void readsAPushWithAnEnormousMessage() {
    assertThat(withHead("{\"message\": \"" + "m\\n".repeat(1_000_000) + "\"}"))
        .isEqualTo(events(PUSHED));
  }

  private static Optional<CommitSummary> head(String head) {
    return event(withHead(head)).head();
  }

  private static Parsed withHead(String head) {
    return read("push", PUSH.replace("\"head_commit\": null", "\"head_commit\": " + head));
  }

  @Test
  void refusesARequestWithoutEventHeader() {
    Parsed parsed = new GithubPayloads().read(Deliveries.of(PUSH.getBytes(UTF_8), Map.of()));
    assertThat(parsed)
        .isEqualTo(new Parsed.Malformed("the header X-GitHub-Event is missing, empty or doubled"));
  }

  @Test
  void derivesTheIdFromTheBodyIfTheForgeSendsNone() {
    Map<String, String> without = Map.of("X-GitHub-Event", "push");
    Map<String, String> unprintable = Map.of("X-GitHub-Event", "push", "X-GitHub-Delivery", "a\tb");

    String id = id(without);

    assertThat(id).matches("sha256:[0-9a-f]{64}").isEqualTo(id(unprintable));
  }

  @Test
  void readsChangesOfNameOwnerAndDefaultBranch() {
    String repository =
        """
        {"action":"%s","changes":{%s},"sender":{"login":"ada"},"repository":
         {"full_name":"Shop/Frontend","name":"Frontend","owner":{"login":"Shop"},"default_branch":"trunk"}}
        """;
    RepositoryId now = new RepositoryId("git.example.com/shop/frontend");
    Origin origin = new Origin.Webhook("forge", "d-1", Optional.of("ada"), Deliveries.RECEIVED);

    assertThat(
            read(
                "repository",
                repository.formatted("renamed", "\"repository\":{\"name\":{\"from\":\"Web\"}}")))
        .isEqualTo(
            events(new RepositoryMoved(new RepositoryId("git.example.com/shop/web"), now, origin)));
    assertThat(
            read(
                "repository",
                repository.formatted(
                    "transferred", "\"owner\":{\"from\":{\"organization\":{\"login\":\"Mall\"}}}")))
        .isEqualTo(
            events(
                new RepositoryMoved(
                    new RepositoryId("git.example.com/mall/frontend"), now, origin)));
    assertThat(
            read(
                "repository",
                repository.formatted("edited", "\"default_branch\":{\"from\":\"main\"}")))
        .isEqualTo(
            events(
                new DefaultBranchChanged(
                    now, Optional.of(GitRef.branch("main")), GitRef.branch("trunk"), origin)));
    assertThat(read("repository", repository.formatted("archived", "")))
        .isEqualTo(new Parsed.Ignored(IgnoredReason.NOTHING_MOVED));
  }

  @Test
  void combinesOwnerAndNameOfOldServers() {
    String old = PUSH.replace("\"full_name\": \"Shop/Frontend\"", "\"name\": \"Frontend\"");
    assertThat(read("push", old)).isEqualTo(events(PUSHED));
  }

  private static Parsed events(ChangeEvent event) {
    return new Parsed.Events(new DeliveryId("d-1", true), event);
  }

  private static String id(Map<String, String> headers) {
    RefChanged change =
        event(new GithubPayloads().read(Deliveries.of(PUSH.getBytes(UTF_8), headers)));
    return ((Origin.Webhook) change.origin()).delivery();
  }

  private static RefChanged event(Parsed parsed) {
    return (RefChanged) ((Parsed.Events) parsed).events().getFirst();
  }

  private static Parsed read(String event, String body) {
    return new GithubPayloads()
        .read(
            Deliveries.of(
                body.getBytes(UTF_8), Map.of("X-GitHub-Event", event, "X-GitHub-Delivery", "d-1")));
  }
}

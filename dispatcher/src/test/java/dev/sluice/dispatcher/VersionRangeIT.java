package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.PARTITIONS;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.partition.RetryTiming;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that follow the newest tag whose version is in a range. */
class VersionRangeIT {

  private static final GitRef RANGE = GitRef.semver(">=1.4 <2");

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    application("web", "{semver: '>=1.4 <2'}");
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void theNewestTagInTheRangeIsFollowed() throws IOException {
    put("v1.4.0", "old", "web");
    CommitId annotated = situation.put("web", "new").push();
    situation.origin.set(GitRef.tag("v1.5.0"), situation.origin.tag("v1.5.0", annotated));
    put("v1.6.0-rc.1", "candidate", "web");
    put("v2.0.0", "next", "web");
    put("latest", "noversion", "web");
    situation.start();

    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 new");
    assertThat(source(1)).isEqualTo(RANGE + " at v1.5.0 " + annotated);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aTagThatIsCreatedMovedOrDeletedIsDispatchedByItsWebhook() throws IOException {
    CommitId first = put("v1.4.0", "a", "web");
    situation.start();
    situation.awaitSync(STAGING, 1);

    CommitId created = put("v1.5.0", "b", "web");
    EventId push = deliver("v1.5.0", Optional.of(created));
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 b");
    assertThat(target(2).provenance().causes()).containsExactly(push);

    CommitId moved = situation.put("web", "c").push();
    CommitId tag = situation.origin.tag("v1.5.0", moved);
    situation.origin.set(GitRef.tag("v1.5.0"), tag);
    deliver("v1.5.0", Optional.of(tag));
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("web 3 c");
    assertThat(source(3)).isEqualTo(RANGE + " at v1.5.0 " + moved);

    situation.origin.delete(GitRef.tag("v1.5.0"));
    deliver("v1.5.0", Optional.empty());
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 4 a");
    assertThat(source(4)).isEqualTo(RANGE + " at v1.4.0 " + first);
    situation.awaitQuiet();
    assertThat(state().tag()).contains("v1.4.0");
    assertThat(state().unmet()).isEmpty();
  }

  @Test
  void aTagThatDoesNotChangeTheRangeSendsNothing() throws IOException {
    put("v1.5.0", "a", "web");
    situation.start();
    situation.awaitSync(STAGING, 1);
    situation.awaitQuiet();
    int changes = situation.changes().size();

    List<String> tags = List.of("v1.4.9", "v2.0.0", "v1.6.0-rc.1", "latest");
    for (String tag : tags) {
      deliver(tag, Optional.of(put(tag, tag.replaceAll("\\W", ""), "web")));
    }
    situation.awaitQuiet();

    assertThat(situation.sync(STAGING)).hasSize(1);
    assertThat(situation.deadLetters()).isEmpty();
    assertThat(situation.changes()).hasSize(changes + tags.size());
    assertThat(state().unmet()).isEmpty();
  }

  @Test
  void aWebhookThatPrecedesTheTagWaitsForIt() throws IOException {
    put("v1.4.0", "a", "web");
    situation.start();
    situation.awaitSync(STAGING, 1);

    CommitId late = situation.put("web", "late").push();
    deliver("v1.5.0", Optional.of(late));
    await().atMost(Duration.ofSeconds(20)).until(() -> state().pending().isPresent());
    assertThat(situation.sync(STAGING)).hasSize(1);

    situation.origin.set(GitRef.tag("v1.5.0"), late);
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 late");
  }

  @Test
  void thePollPublishesTheTagsThatNoWebhookReported() throws IOException {
    CommitId first = put("v1.4.0", "a", "web");
    RetryTiming polls = new RetryTiming(TIMING.patience(), TIMING.grace(), Duration.ofMillis(200));
    situation.start(situation.config("mirrors", PARTITIONS, polls), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);

    CommitId second = put("v1.5.0", "b", "web");
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 b");
    CommitId third = put("v1.5.0", "c", "web");
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("web 3 c");
    situation.origin.delete(GitRef.tag("v1.5.0"));
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 4 a");
    situation.origin.delete(GitRef.tag("v1.4.0"));
    await().atMost(Duration.ofSeconds(20)).until(() -> situation.deadLetters().size() == 1);
    situation.awaitQuiet();

    assertThat(situation.changes())
        .filteredOn(ChangeEvent.RefChanged.class::isInstance)
        .map(ChangeEvent.RefChanged.class::cast)
        .allMatch(change -> change.origin() instanceof Origin.Poll)
        .map(change -> change.ref() + " " + change.before() + " " + change.after())
        .containsSubsequence(
            change("v1.5.0", Optional.empty(), Optional.of(second)),
            change("v1.5.0", Optional.of(second), Optional.of(third)),
            change("v1.5.0", Optional.of(third), Optional.empty()),
            change("v1.4.0", Optional.of(first), Optional.empty()))
        .hasSizeBetween(4, 5); // the first tag is a change as well if the poll comes first
  }

  private static String change(String tag, Optional<CommitId> before, Optional<CommitId> after) {
    return GitRef.tag(tag) + " " + before + " " + after;
  }

  @Test
  void withoutATagInTheRangeNothingIsRemoved() throws IOException {
    put("v1.4.0", "a", "web");
    put("v2.1.0", "next", "web");
    situation.start();
    situation.awaitSync(STAGING, 1);

    situation.origin.delete(GitRef.tag("v1.4.0"));
    deliver("v1.4.0", Optional.empty());
    await().atMost(Duration.ofSeconds(20)).until(() -> situation.deadLetters().size() == 1);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(1);
    assertThat(situation.deadLetters())
        .singleElement()
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> {
              assertThat(opened.failure().code()).isEqualTo(SourceFailure.NO_MATCHING_VERSION);
              assertThat(opened.failure().message())
                  .contains("in the range '>=1.4 <2', the newest one is v2.1.0");
            });

    CommitId back = put("v1.4.1", "b", "web");
    deliver("v1.4.1", Optional.of(back));
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 b");
    situation.awaitQuiet();
    assertThat(situation.deadLetters().getLast()).isInstanceOf(DeadLetterEvent.Closed.class);
  }

  @Test
  void tagsOfTheTimeWithoutADispatcherAreFollowedByTheNextOne() throws IOException {
    put("v1.4.0", "a", "web");
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 1);
    CommitId late = situation.put("web", "b").push();
    deliver("v1.5.0", Optional.of(late));
    await().atMost(Duration.ofSeconds(20)).until(() -> state().pending().isPresent());
    first.close();

    situation.origin.set(GitRef.tag("v1.5.0"), late);
    deliver("v1.4.5", Optional.of(put("v1.4.5", "between", "web")));
    // with mirrors of its own, as another instance
    situation.start(situation.config("mirrors-two"), DispatchListener.NONE);

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 a", "web 2 b");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void rangesAndBranchesOfOneRepositoryAreIndependent() throws IOException {
    application("web", "semver \">=1.4 <2\"");
    application("next", "semver >=2.0.0-0");
    situation.application("edge", "staging");
    put("v1.4.0", "a", "web", "next", "edge");
    put("v2.0.0-rc.1", "b", "web", "next", "edge");
    situation.start();
    assertThat(lines(situation.awaitSync(STAGING, 3)))
        .containsExactlyInAnyOrder("web 1 a", "next 1 b", "edge 1 b");

    CommitId edge = put("v2.0.0", "c", "web", "next", "edge");
    deliver("v2.0.0", Optional.of(edge));
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("next 2 c");
    situation.deliver(Optional.of(edge));
    assertThat(lines(situation.awaitSync(STAGING, 5))).endsWith("edge 2 c");
    deliver("v1.9.0", Optional.of(put("v1.9.0", "d", "web", "next", "edge")));
    assertThat(lines(situation.awaitSync(STAGING, 6))).endsWith("web 2 d");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(6);
  }

  @Test
  void aTagInTwoRangesIsDispatchedForBoth() throws IOException {
    application("next", "semver ^1.5");
    put("v1.5.0", "a", "web", "next");
    situation.start();
    situation.awaitSync(STAGING, 2);

    CommitId late = situation.put("web", "b").put("next", "b").push();
    deliver("v1.6.0", Optional.of(late));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                state(RANGE).pending().isPresent()
                    && state(GitRef.semver("^1.5")).pending().isPresent());
    situation.origin.set(GitRef.tag("v1.6.0"), late);

    assertThat(lines(situation.awaitSync(STAGING, 4)))
        .containsExactlyInAnyOrder("web 1 a", "next 1 a", "web 2 b", "next 2 b");
  }

  private void application(String name, String ref) throws IOException {
    situation.document(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source:
            repository: shop
            path: apps/%s
            ref: %s
          clusters: {names: [staging]}
          namespace: %s
        """
            .formatted(name, name, ref, name));
  }

  /** Pushes a commit with a value for applications, and a tag of it, without a webhook. */
  private CommitId put(String tag, String value, String... applications) throws IOException {
    for (String application : applications) {
      situation.put(application, value);
    }
    CommitId commit = situation.push();
    situation.origin.set(GitRef.tag(tag), commit);
    return commit;
  }

  private EventId deliver(String tag, Optional<CommitId> after) {
    return situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                situation.repository, GitRef.tag(tag), Optional.empty(), after, origin));
  }

  private SyncEvent.Target target(int generation) {
    return (SyncEvent.Target) situation.sync(STAGING).get(generation - 1);
  }

  private String source(int generation) {
    SourceInputs source = target(generation).sources().getFirst();
    return source.ref() + " at " + source.tag().orElse("no tag") + " " + source.commit();
  }

  private RefState state() {
    return state(RANGE);
  }

  private RefState state(GitRef ref) {
    return situation.state().stream()
        .filter(RefState.class::isInstance)
        .map(RefState.class::cast)
        .filter(state -> state.ref().equals(ref))
        .reduce((_, last) -> last)
        .orElseThrow();
  }
}

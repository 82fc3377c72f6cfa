package dev.sluice.dispatcher.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Pending;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TriggersTest {

  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ApplicationName SHOP = new ApplicationName("shop");
  private static final CommitId OLDER = new CommitId("a".repeat(40));
  private static final CommitId NEWER = new CommitId("b".repeat(40));
  private static final Trigger.Reason MOVED = new Trigger.Reason.RefMoved(Optional.empty());
  private static final Trigger.Reason DUE = Trigger.Reason.ApplicationDue.byDefinition(WEB);
  private static final Trigger.Reason OPENED = new Trigger.Reason.WindowOpened(Set.of(WEB));
  private static final Trigger.Reason OTHER_MOVED =
      new Trigger.Reason.OtherRefMoved(
          new RefKey(new RepositoryId("forge.example/acme/values"), GitRef.branch("main")),
          Set.of(WEB));

  @Test
  void aMovedRefConcernsEveryApplicationAndOtherTriggersTheirOwn() {
    assertThat(trigger("a", MOVED, 1).concerns(SHOP)).isTrue();
    for (Trigger.Reason reason : List.of(DUE, OPENED, OTHER_MOVED)) {
      assertThat(trigger("a", reason, 1).concerns(WEB)).isTrue();
      assertThat(trigger("a", reason, 1).concerns(SHOP)).isFalse();
    }
  }

  @Test
  void theMergedCauseHasEveryEventOnceAndTheTimeOfTheFirst() {
    Trigger first = trigger(List.of("a", "b"), Optional.of("ada"), NOON.plusSeconds(5), MOVED);
    Trigger second = trigger(List.of("b", "c"), Optional.of("grace"), NOON, MOVED);
    Trigger third = trigger(List.of("d"), Optional.empty(), NOON.plusSeconds(9), MOVED);

    Trigger.Cause merged = Triggers.merge(List.of(first, second, third), NOON.plusSeconds(60));

    assertThat(merged.events())
        .containsExactly(new EventId("a"), new EventId("b"), new EventId("c"), new EventId("d"));
    assertThat(merged.actor()).as("the newest that is known").contains("grace");
    assertThat(merged.heardAt()).isEqualTo(NOON);
    assertThat(merged.trace()).isEqualTo(third.cause().trace());
  }

  @Test
  void anEvaluationWithoutATriggerIsCausedByNobodyNow() {
    Trigger.Cause merged = Triggers.merge(List.of(), NOON);

    assertThat(merged.events()).isEmpty();
    assertThat(merged.actor()).isEmpty();
    assertThat(merged.heardAt()).isEqualTo(NOON);
  }

  @Test
  void onlyTheNewestAnnouncedCommitIsExpected() {
    Trigger older = trigger("a", new Trigger.Reason.RefMoved(Optional.of(OLDER)), 1);
    Trigger newer = trigger("b", new Trigger.Reason.RefMoved(Optional.of(NEWER)), 2);

    assertThat(Triggers.newestExpectation(List.of(older, newer))).contains(NEWER);
    assertThat(Triggers.newestExpectation(List.of(newer, older))).contains(OLDER);
    assertThat(Triggers.newestExpectation(List.of(newer, trigger("c", DUE, 3))))
        .as("a command announces no commit")
        .contains(NEWER);
    assertThat(Triggers.newestExpectation(List.of(newer, trigger("c", MOVED, 3))))
        .as("the ref was deleted after that")
        .isEmpty();
    assertThat(Triggers.newestExpectation(List.of())).isEmpty();
  }

  @Test
  void anEventOfOneTagOfARangeDoesNotEndWhatWasAnnouncedOfAnother() {
    Trigger created = trigger("a", ofTag("v1.5.0", Optional.of(NEWER)), 1);

    assertThat(
            Triggers.newestExpectation(
                List.of(created, trigger("b", ofTag("v1.3.9", Optional.empty()), 2))))
        .contains(NEWER);
    assertThat(
            Triggers.newestExpectation(
                List.of(created, trigger("b", ofTag("v1.5.0", Optional.empty()), 2))))
        .as("the same tag was deleted after that")
        .isEmpty();
  }

  private static Trigger.Reason ofTag(String tag, Optional<CommitId> expected) {
    return new Trigger.Reason.RefMoved(expected, Optional.of(GitRef.tag(tag)));
  }

  @Test
  void onlyATriggerAboutTheRefItselfRequiresAFetch() {
    assertThat(Triggers.requireFetch(List.of())).isFalse();
    assertThat(Triggers.requireFetch(List.of(trigger("a", DUE, 1), trigger("b", OTHER_MOVED, 2))))
        .isFalse();
    assertThat(Triggers.requireFetch(List.of(trigger("a", MOVED, 1), trigger("b", DUE, 2))))
        .isTrue();
  }

  @Test
  void theNewestOffsetIsTheHighestKnownOne() {
    Trigger unknown = new Trigger(trigger("a", DUE, 1).cause(), DUE, OptionalLong.empty());

    assertThat(Triggers.newestOffset(List.of(trigger("a", DUE, 7), trigger("b", DUE, 4), unknown)))
        .hasValue(7);
    assertThat(Triggers.newestOffset(List.of(unknown))).isEmpty();
  }

  @Test
  void aTriggerWithAnOffsetIsRememberedOnlyOnceItIsRecorded() {
    Trigger heard = trigger("a", MOVED, 1);

    assertThat(heard.isRemembered()).isFalse();
    assertThat(heard.remembered().isRemembered()).isTrue();
    assertThat(heard.remembered().offset()).hasValue(1);
    assertThat(new Trigger(heard.cause(), MOVED, OptionalLong.empty()).isRemembered())
        .as("no event waits for it")
        .isTrue();
  }

  @Test
  void pendingWorkOfAnEarlierVersionHasNoOffsetAndStartsATrace() {
    Pending pending =
        new Pending(
            Optional.of(NEWER),
            List.of(new EventId("a")),
            Optional.of("ada"),
            NOON,
            Optional.empty(),
            Optional.empty());

    Trigger trigger = Trigger.of(pending);

    assertThat(trigger.reason()).isEqualTo(new Trigger.Reason.RefMoved(Optional.of(NEWER)));
    assertThat(trigger.offset()).isEmpty();
    assertThat(trigger.cause().heardAt()).isEqualTo(NOON);
    assertThat(trigger.cause().actor()).contains("ada");
    assertThat(trigger.cause().trace()).isNotNull();
  }

  private static Trigger trigger(String event, Trigger.Reason reason, long offset) {
    Trigger trigger = trigger(List.of(event), Optional.empty(), NOON, reason);
    return new Trigger(trigger.cause(), reason, OptionalLong.of(offset));
  }

  private static Trigger trigger(
      List<String> events, Optional<String> actor, Instant heardAt, Trigger.Reason reason) {
    return new Trigger(
        new Trigger.Cause(
            events.stream().map(EventId::new).toList(), actor, heardAt, TraceParent.start()),
        reason,
        OptionalLong.empty());
  }
}

package dev.sluice.worker.claims;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.RefusedSources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class ObjectClaimsTest {

  private static final ClusterName CLUSTER = new ClusterName("test");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ApplicationName SHOP = new ApplicationName("shop");
  private static final ObjectRef OBJECT = new ObjectRef("apps/v1", "Deployment", "n", "one");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final List<ApplicationName> woken = new ArrayList<>();
  private final ObjectClaims claims = new ObjectClaims(woken::add);

  @Test
  void claimsAreUnknownUntilTheNewestTargetIsPlanned() {
    claims.expect(target(WEB, 1));
    assertThat(claims.unknown(Optional.of(SHOP))).containsExactly(target(WEB, 1));
    assertThat(claims.unknown(Optional.of(WEB))).isEmpty();

    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());
    assertThat(claims.unknown(Optional.empty())).isEmpty();
    assertThat(claims.claimant(OBJECT.id(), Optional.of(SHOP))).contains(WEB);
    assertThat(claims.claimant(OBJECT.id(), Optional.of(WEB))).isEmpty();
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.CLAIMED);

    claims.expect(target(WEB, 2));
    assertThat(claims.unknown(Optional.empty())).containsExactly(target(WEB, 2));
    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).as("last known").contains(WEB);
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.UNKNOWN);
  }

  @Test
  void claimsAreUnknownWhileSourcesAreRefused() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());
    RefusedSources refused = new RefusedSources(WEB, new LogEntry.Batch("c", 2), 7, NOON);
    claims.await(SHOP, Set.of(WEB));

    claims.refuse(refused);

    assertThat(woken).containsExactly(SHOP);
    assertThat(claims.unknown(Optional.of(SHOP))).containsExactly(refused);
    assertThat(claims.isSettled(refused)).as("no attempt ends it").isTrue();
    assertThat(claims.claimant(OBJECT.id(), Optional.of(SHOP)))
        .as("of the last target")
        .contains(WEB);
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.UNKNOWN);

    claims.await(SHOP, Set.of(WEB));
    claims.accept(WEB);
    assertThat(woken).containsExactly(SHOP, SHOP);
    assertThat(claims.unknown(Optional.empty())).isEmpty();

    claims.refuse(refused);
    claims.expect(target(WEB, 2));
    assertThat(claims.unknown(Optional.empty())).containsExactly(target(WEB, 2));
  }

  @Test
  void refusedSourcesAreARecordOfTheirCommit() {
    LogEntry shop = entry(SHOP, 1, false, "v1:shop1", "c", 2);
    claims.expect(shop);
    assertThat(claims.isComplete(shop, NOON)).isFalse();
    claims.awaitBatch(shop);

    claims.refuse(new RefusedSources(WEB, new LogEntry.Batch("c", 2), 7, NOON));

    assertThat(woken).containsExactly(SHOP);
    assertThat(claims.isComplete(shop, NOON)).isTrue();
    assertThat(claims.underWay(shop, List.of())).isEmpty();
  }

  @Test
  void anObjectIsTheSameInEveryVersionOfItsGroup() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());

    ObjectRef older = new ObjectRef("apps/v1beta1", "Deployment", "n", "one");
    ObjectRef other = new ObjectRef("extensions/v1beta1", "Deployment", "n", "one");
    assertThat(claims.claimant(older.id(), Optional.empty())).contains(WEB);
    assertThat(claims.claimant(other.id(), Optional.empty())).isEmpty();
    assertThat(claims.namesakes(other.id())).isEqualTo(Map.of(WEB, List.of(OBJECT)));
    assertThat(claims.namesakes(older.id())).isEmpty();
  }

  @Test
  void aRemovalClaimsNothingAtOnce() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());

    claims.expect(entry(WEB, 2, true, "", "b", 1));

    assertThat(claims.unknown(Optional.empty())).isEmpty();
    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).isEmpty();
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.RELEASED);
  }

  @Test
  void aLedgerHasTheClaimsOfItsOwnGenerationAndInputsOnly() {
    claims.load(ledger(WEB, 1, "v1:web1"));
    claims.expect(target(WEB, 1));
    assertThat(claims.unknown(Optional.empty())).isEmpty();
    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).contains(WEB);

    claims.load(ledger(SHOP, 1, "v1:of another count"));
    claims.expect(target(SHOP, 1));
    assertThat(claims.unknown(Optional.empty())).containsExactly(target(SHOP, 1));
  }

  @Test
  void aWaitingApplicationIsWokenByAPlanAndByAnotherTarget() {
    claims.expect(target(SHOP, 1));
    claims.await(WEB, Set.of(SHOP));
    claims.planned(target(SHOP, 1), Set.of(), Map.of());
    assertThat(woken).containsExactly(WEB);

    claims.planned(target(SHOP, 1), Set.of(), Map.of());
    assertThat(woken).as("nothing has changed").hasSize(1);
    claims.await(WEB, Set.of(SHOP));
    claims.expect(target(SHOP, 2));
    assertThat(woken).containsExactly(WEB, WEB);
  }

  @Test
  void aBatchIsCompleteOnceAllItsRecordsHaveArrived() {
    LogEntry mine = entry(WEB, 1, false, "d", "commit", 2);
    claims.expect(mine);
    claims.awaitBatch(mine);
    assertThat(claims.isComplete(mine, NOON)).isFalse();
    assertThat(claims.isComplete(mine, NOON.plus(Duration.ofDays(2))))
        .as("may be compacted")
        .isTrue();
    assertThat(claims.underWay(mine, List.of())).isPresent();

    // the dispatcher was killed in between, and counts only the records that it sends after that
    LogEntry other = entry(SHOP, 1, false, "d", "commit", 1);
    claims.expect(other);
    assertThat(woken).containsExactly(WEB);
    assertThat(claims.isComplete(mine, NOON)).isTrue();
    assertThat(claims.isComplete(other, NOON)).isTrue();
    assertThat(claims.underWay(mine, List.of())).isPresent();
    claims.settle(other);
    assertThat(claims.underWay(mine, List.of())).isEmpty();
    assertThat(claims.isSettled(other)).isTrue();
  }

  @Test
  void aDeletionWaitsForAttemptsAtTheOthersOfItsBatch() {
    LogEntry mine = entry(WEB, 1, false, "d", "commit", 3);
    LogEntry second = entry(SHOP, 1, false, "d", "commit", 3);
    LogEntry third = entry(new ApplicationName("blog"), 1, false, "d", "commit", 3);
    List.of(mine, second, third).forEach(claims::expect);
    claims.settle(mine);
    CompletableFuture<Void> change = claims.underWay(mine, List.of()).orElseThrow();

    claims.settle(second);
    claims.settle(second);
    assertThat(change).isNotDone();
    claims.settle(third);

    assertThat(change).isCompleted();
    assertThat(claims.underWay(mine, List.of())).isEmpty();
  }

  @Test
  void aDeletionWaitsForPlansThatItNeeds() {
    LogEntry mine = entry(WEB, 1, false, "d", "commit", 1);
    claims.expect(mine);
    LogEntry shop = target(SHOP, 1);
    claims.expect(shop);
    CompletableFuture<Void> change = claims.underWay(mine, List.of(shop)).orElseThrow();
    assertThat(change).isNotDone();
    claims.planned(shop, Set.of(), Map.of());
    assertThat(change).as("planned").isCompleted();
    assertThat(claims.underWay(mine, List.of(shop)).orElseThrow()).as("stale").isCompleted();

    LogEntry newer = target(SHOP, 2);
    claims.expect(newer);
    assertThat(claims.underWay(mine, List.of(shop)).orElseThrow()).as("stale").isCompleted();
    change = claims.underWay(mine, List.of(newer)).orElseThrow();
    assertThat(change).isNotDone();
    claims.settle(newer);
    assertThat(change).as("no attempt is under way").isCompleted();
    assertThat(claims.underWay(mine, List.of(newer))).isEmpty();
    assertThat(woken).as("a deletion that waits is not parked").isEmpty();
  }

  @Test
  void aCommitThatIsSentAgainIsAnotherBatch() {
    claims.expect(entry(WEB, 1, false, "d", "commit", 2));
    LogEntry old = entry(SHOP, 1, false, "d", "commit", 2);
    claims.expect(old);
    claims.settle(old);

    LogEntry again = entry(WEB, 2, false, "d", "commit", 2);
    claims.expect(again);

    assertThat(claims.isComplete(again, NOON)).isFalse();
    assertThat(claims.underWay(again, List.of())).isPresent();
    assertThat(claims.isComplete(old, NOON)).as("the other may claim what it releases").isFalse();
    assertThat(claims.isComplete(old, NOON.plus(Duration.ofHours(1)))).isTrue();
  }

  @Test
  void anApplicationWithoutRecordOrLedgerClaimsNothing() {
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.RELEASED);
    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).isEmpty();
    assertThat(claims.isNewest(WEB, Generation.FIRST)).isTrue();
  }

  @Test
  void anOlderRecordOrPlanReplacesNoNewerOne() {
    claims.expect(target(WEB, 2));
    claims.planned(target(WEB, 2), Set.of(OBJECT), Map.of());

    claims.expect(target(WEB, 1));
    claims.planned(target(WEB, 1), Set.of(), Map.of());

    assertThat(claims.unknown(Optional.empty())).isEmpty();
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.CLAIMED);
    assertThat(claims.isNewest(WEB, new Generation(1))).isFalse();
    assertThat(claims.isNewest(WEB, new Generation(2))).isTrue();
  }

  @Test
  void aTargetThatNoLongerHasAnObjectReleasesItOncePlanned() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());
    claims.expect(target(WEB, 2));
    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.UNKNOWN);

    claims.planned(target(WEB, 2), Set.of(), Map.of());

    assertThat(claims.ownerClaim(OBJECT.id(), WEB)).isEqualTo(ObjectClaims.OwnerClaim.RELEASED);
    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).isEmpty();
  }

  @Test
  void anApplicationThatIsDefinedAgainAfterItsRemovalClaimsItsNewTarget() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());
    claims.expect(entry(WEB, 2, true, "", "b", 1));
    claims.expect(target(WEB, 3));
    assertThat(claims.unknown(Optional.empty())).containsExactly(target(WEB, 3));

    claims.planned(target(WEB, 3), Set.of(OBJECT), Map.of());

    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).contains(WEB);
  }

  @Test
  void aReleasedObjectWakesTheApplicationThatClaimsIt() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());

    claims.wakeClaimant(OBJECT.id(), WEB);
    assertThat(woken).as("its own release").isEmpty();
    claims.wakeClaimant(OBJECT.id(), SHOP);

    assertThat(woken).containsExactly(WEB);
  }

  @Test
  void ofSeveralClaimantsTheFirstByNameIsNamed() {
    claims.planned(target(WEB, 1), Set.of(OBJECT), Map.of());
    claims.planned(target(SHOP, 1), Set.of(OBJECT), Map.of());

    assertThat(claims.claimant(OBJECT.id(), Optional.empty())).contains(SHOP);
    assertThat(claims.claimant(OBJECT.id(), Optional.of(SHOP))).contains(WEB);
  }

  private static Ledger ledger(ApplicationName application, long generation, String digest) {
    Inventory inventory = new Inventory(List.of(new InventoryEntry(OBJECT, "d", false)));
    return Ledger.unknown(application)
        .finish(
            new Ledger.Header(new Generation(generation), false, Optional.empty(), digest),
            inventory,
            new Ledger.Finished(Instant.EPOCH, Optional.empty()));
  }

  private static LogEntry target(ApplicationName application, long generation) {
    return entry(
        application,
        generation,
        false,
        "v1:" + application + generation,
        application + "/" + generation,
        1);
  }

  private static LogEntry entry(
      ApplicationName application,
      long generation,
      boolean removal,
      String digest,
      String batch,
      int size) {
    return new LogEntry(
        new Subject(
            CLUSTER,
            application,
            new Generation(generation),
            Optional.empty(),
            EventId.of("sync", CLUSTER, application, generation)),
        removal,
        digest,
        Policy.DEFAULT,
        new LogEntry.Batch(batch, size),
        TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").orElseThrow(),
        generation,
        0,
        NOON,
        NOON);
  }
}

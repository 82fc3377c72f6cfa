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
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.claims.SharedObjects.Agreement;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.sync.LogEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SharedObjectsTest {

  private static final ClusterName CLUSTER = new ClusterName("test");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ApplicationName SHOP = new ApplicationName("shop");
  private static final ObjectRef REF = new ObjectRef("v1", "Namespace", "", "n");
  private static final ObjectId OBJECT = REF.id();

  private final List<ApplicationName> woken = new ArrayList<>();
  private final ObjectClaims claims = new ObjectClaims(woken::add);
  private final SharedObjects shared = claims.shared();

  @Test
  void equalDeclarationsAgree() {
    plan(WEB, 1, "x");
    plan(SHOP, 1, "x");

    assertThat(agree(WEB, "x")).isEqualTo(new Agreement.Agreed());
    assertThat(agree(SHOP, "x")).isEqualTo(new Agreement.Agreed());
    assertThat(shared.heir(OBJECT, WEB)).contains(SHOP);
  }

  @Test
  void aDifferentDeclarationIsRefusedUntilTheOtherOneChangesOrLeaves() {
    plan(WEB, 1, "x");
    agree(WEB, "x");
    plan(SHOP, 1, "y");

    assertThat(agree(SHOP, "y")).isEqualTo(new Agreement.Differs(WEB));
    assertThat(shared.agree(OBJECT, SHOP, Optional.empty())).isEqualTo(new Agreement.Differs(WEB));
    assertThat(shared.heir(OBJECT, WEB)).as("one that never agreed").isEmpty();

    plan(WEB, 2, "y");
    assertThat(woken).containsExactly(SHOP);
    assertThat(agree(SHOP, "y")).isEqualTo(new Agreement.Agreed());
    assertThat(agree(WEB, "x")).as("not back, either").isEqualTo(new Agreement.Differs(SHOP));

    claims.planned(entry(SHOP, 2), Set.of(), Map.of());
    assertThat(agree(WEB, "z")).isEqualTo(new Agreement.Agreed());
  }

  @Test
  void aDifferenceIsUndecidedWhileTheOtherOneHasNoPlan() {
    plan(WEB, 1, "x");
    agree(WEB, "x");
    claims.expect(entry(WEB, 2));

    Agreement undecided = agree(SHOP, "y");
    assertThat(undecided).isInstanceOf(Agreement.Undecided.class);
    assertThat(agree(SHOP, "x")).as("what is live").isEqualTo(new Agreement.Agreed());

    plan(WEB, 2, "y");
    assertThat(((Agreement.Undecided) undecided).change()).isCompleted();
  }

  @Test
  void ledgersShowWhatWasApplied() {
    claims.load(ledger(Set.of()));
    assertThat(agree(SHOP, "y")).isEqualTo(new Agreement.Differs(WEB));
    assertThat(shared.applied(OBJECT, WEB)).contains("x");
  }

  @Test
  void aWriteThatIsNotFinishedIsNotShared() {
    claims.load(ledger(Set.of(REF)));

    assertThat(agree(SHOP, "y")).isEqualTo(new Agreement.Agreed());
  }

  @Test
  void anApplicationThatLeavesIsForgotten() {
    plan(WEB, 1, "x");
    agree(WEB, "x");
    claims.planned(entry(WEB, 2), Set.of(), Map.of());

    assertThat(shared.heir(OBJECT, WEB)).isEmpty();

    assertThat(shared.applied(OBJECT, WEB)).isEmpty();
  }

  private Agreement agree(ApplicationName application, String declaration) {
    return shared.agree(OBJECT, application, Optional.of(declaration));
  }

  private void plan(ApplicationName application, long generation, String declaration) {
    claims.planned(entry(application, generation), Set.of(REF), Map.of(OBJECT, declaration));
  }

  private static Ledger ledger(Set<ObjectRef> intent) {
    return Ledger.unknown(WEB)
        .begin(
            new Ledger.Header(new Generation(1), false, Optional.empty(), "v1:web1"),
            new Inventory(
                List.of(
                    new InventoryEntry(
                        REF,
                        "d",
                        false,
                        Optional.of("x"),
                        Optional.empty(),
                        false,
                        0,
                        false,
                        Optional.empty()))),
            intent);
  }

  private static LogEntry entry(ApplicationName application, long generation) {
    return new LogEntry(
        new Subject(
            CLUSTER,
            application,
            new Generation(generation),
            Optional.empty(),
            EventId.of("sync", CLUSTER, application, generation)),
        false,
        "v1:" + application + generation,
        Policy.DEFAULT,
        new LogEntry.Batch(application + "/" + generation, 1),
        TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").orElseThrow(),
        generation,
        0,
        Instant.EPOCH,
        Instant.EPOCH);
  }
}

package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApprovalDecisionTest {

  private static final String DIGEST = "0".repeat(64);
  private static final Map<ApplicationName, Set<ClusterName>> TAKEN =
      Map.of(new ApplicationName("web"), Set.of(new ClusterName("two"), new ClusterName("one")));
  private static final HeldRemoval HELD =
      new HeldRemoval(
          "r1", DIGEST, TAKEN, Set.of(), List.of("1 of 3 applications would be removed"));
  private static final Set<ClusterName> CLUSTERS =
      Stream.iterate(0, number -> number < 100, number -> number + 1)
          .map(number -> new ClusterName("cluster-" + number))
          .collect(Collectors.toSet());
  private static final IntakePlan NOTHING_HELD = plan(List.of(), Optional.empty(), List.of());

  @Test
  void theRemovalThatWaitsIsApproved() {
    ApprovalReader.Given given = given(DIGEST);

    ApprovalDecision decision = ApprovalDecision.of(given, Optional.of(held()), Optional.empty());

    assertThat(decision.granted()).contains(HELD.approvedBy(given.approval(), 7));
    FleetApprovalEvent.Answered answer =
        decision.answer(Optional.of(plan(List.of(), Optional.empty(), List.of("web waits"))));
    assertThat(answer.accepted()).isTrue();
    assertThat(answer.by()).isEqualTo("cat");
    assertThat(answer.fleetRevision()).contains("r1");
    assertThat(answer.taken()).isEqualTo(TAKEN);
    assertThat(answer.message())
        .isEqualTo(
            "1 applications are removed or deselected: web from [one, two]; 1 of them wait until"
                + " the applications that take over their files have been sent");
  }

  @Test
  void anotherDigestIsRefusedWithTheOneThatWaits() {
    assertThat(refusal("1".repeat(64), Optional.of(held()), Optional.empty()))
        .contains("another removal", "web from [one, two]", "sluice approve --fleet " + DIGEST);
  }

  @Test
  void anApprovalIsRefusedIfNothingWaits() {
    assertThat(refusal(DIGEST, Optional.of(NOTHING_HELD), Optional.empty()))
        .startsWith("no removal waits for an approval");
  }

  @Test
  void aSecondApprovalNamesWhoGaveTheFirst() {
    GrantedRemoval first =
        HELD.approvedBy(new FleetApproval(EventId.of("command", 1), "jo", "moved"), 3);
    assertThat(refusal(DIGEST, Optional.of(NOTHING_HELD), Optional.of(first)))
        .isEqualTo("jo has approved this removal before");
  }

  @Test
  void nothingIsApprovedWhileTheFleetCannotBeRead() {
    assertThat(refusal(DIGEST, Optional.empty(), Optional.empty()))
        .contains("cannot be read", "sluice doctor");
    IntakePlan incomplete =
        plan(List.of("the fleet could not be read completely"), Optional.empty(), List.of());
    assertThat(refusal(DIGEST, Optional.of(incomplete), Optional.empty()))
        .isEqualTo("the fleet could not be read completely");
  }

  @Test
  void aRemovalThatNoRecordCanNameIsRefused() {
    Map<ApplicationName, Set<ClusterName>> taken =
        Stream.iterate(0, number -> number < 1_001, number -> number + 1)
            .collect(
                Collectors.toMap(number -> new ApplicationName("app-" + number), _ -> CLUSTERS));
    HeldRemoval large =
        new HeldRemoval(
            "r1", DIGEST, taken, Set.of(), List.of("1001 of 2000 applications would be removed"));
    IntakePlan plan = plan(List.of(large.message()), Optional.of(large), List.of());

    assertThat(refusal(DIGEST, Optional.of(plan), Optional.empty()))
        .isEqualTo(
            "1001 applications would leave 100100 clusters in all, and an approval can name at most"
                + " 100000: correct the fleet, or remove them in several revisions");
    assertThat(large.message())
        .contains("remove them in several revisions")
        .doesNotContain("sluice approve");
  }

  private static String refusal(
      String digest, Optional<IntakePlan> plan, Optional<GrantedRemoval> last) {
    ApprovalDecision decision = ApprovalDecision.of(given(digest), plan, last);
    FleetApprovalEvent.Answered answer = decision.answer(Optional.empty());
    assertThat(decision.granted()).isEmpty();
    assertThat(answer.accepted()).isFalse();
    assertThat(answer.fleetRevision()).isEmpty();
    assertThat(answer.taken()).isEmpty();
    assertThat(answer.digest()).isEqualTo(digest);
    return answer.message();
  }

  private static IntakePlan held() {
    return plan(List.of(HELD.message()), Optional.of(HELD), List.of());
  }

  private static IntakePlan plan(
      List<String> refusals, Optional<HeldRemoval> held, List<String> waiting) {
    return new IntakePlan(List.of(), refusals, held, waiting);
  }

  private static ApprovalReader.Given given(String digest) {
    return new ApprovalReader.Given(
        new FleetApproval(EventId.of("command", "cat/1", "fleet"), "cat", "moved"),
        digest,
        TraceParent.start(),
        7);
  }
}

package dev.sluice.standalone.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApprovalRulesTest {

  private static final EventId GIVEN = EventId.of("command", "cat/1", "fleet");
  private static final String DIGEST = "0".repeat(64);

  @Test
  void anApprovalThatIsAnsweredOnceIsRight() {
    assertThat(ApprovalRules.check(List.of(given(), removed(), answer("1", true)))).isEmpty();
    assertThat(ApprovalRules.check(List.of(given(), answer("1", false)))).isEmpty();
    assertThat(
            ApprovalRules.check(
                List.of(given(), given(), removed(), answer("1", true), answer("2", false))))
        .as("sent twice by the client")
        .isEmpty();
  }

  @Test
  void anApprovalWithoutAnswerIsFound() {
    assertThat(ApprovalRules.check(List.of(given())))
        .containsExactly(
            new Violation(
                Guarantee.I1_DURABLE, GIVEN.value(), "is an approval that was not answered"));
  }

  @Test
  void anApprovalThatIsCarriedOutTwiceIsFound() {
    assertThat(
            ApprovalRules.check(List.of(given(), removed(), answer("1", true), answer("2", true))))
        .containsExactly(new Violation(Guarantee.I8_AUDIT, GIVEN.value(), "was accepted 2 times"));
  }

  @Test
  void aRemovalByARefusedApprovalIsFound() {
    assertThat(ApprovalRules.check(List.of(given(), removed(), answer("1", false))))
        .containsExactly(
            new Violation(
                Guarantee.I8_AUDIT,
                "removed",
                "names the approval command/cat/1/fleet, which was not accepted"));
  }

  private static Envelope<ChangeEvent> given() {
    return envelope(GIVEN, new FleetApprovalEvent.Given(DIGEST, "cat", "moved"));
  }

  private static Envelope<ChangeEvent> removed() {
    return envelope(
        new EventId("removed"),
        new ChangeEvent.DefinitionRemoved(
            new RepositoryId("git.example/acme/shop"),
            new ApplicationName("web"),
            "r1",
            Optional.of(new FleetApproval(GIVEN, "cat", "moved"))));
  }

  private static Envelope<ChangeEvent> answer(String number, boolean accepted) {
    return envelope(
        EventId.of("answer", GIVEN, number),
        new FleetApprovalEvent.Answered(
            GIVEN, DIGEST, "cat", "moved", accepted, "", Optional.of("r1"), Map.of()));
  }

  private static Envelope<ChangeEvent> envelope(EventId id, ChangeEvent event) {
    return new Envelope<>(id, "test", Instant.EPOCH, TraceParent.start(), event);
  }
}

package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.FleetApprovalEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for approvals of fleet removals: each is answered, is carried out once at most, and allows
 * only what was accepted.
 */
final class ApprovalRules {

  private ApprovalRules() {}

  static List<Violation> check(List<Envelope<ChangeEvent>> changes) {
    Set<EventId> answered = new HashSet<>();
    Map<EventId, Integer> accepted = new HashMap<>();
    for (Envelope<ChangeEvent> change : changes) {
      if (change.event() instanceof FleetApprovalEvent.Answered answer) {
        answered.add(answer.given());
        if (answer.accepted()) {
          accepted.merge(answer.given(), 1, Integer::sum);
        }
      }
    }
    List<Violation> violations = new ArrayList<>();
    accepted.forEach(
        (given, times) -> {
          if (times > 1) {
            violations.add(
                violation(Guarantee.I8_AUDIT, given, "was accepted %d times".formatted(times)));
          }
        });
    for (Envelope<ChangeEvent> change : changes) {
      if (change.event() instanceof FleetApprovalEvent.Given && !answered.contains(change.id())) {
        violations.add(
            violation(Guarantee.I1_DURABLE, change.id(), "is an approval that was not answered"));
      }
      approval(change.event())
          .filter(approval -> !accepted.containsKey(approval.given()))
          .ifPresent(
              approval ->
                  violations.add(
                      violation(
                          Guarantee.I8_AUDIT,
                          change.id(),
                          "names the approval %s, which was not accepted"
                              .formatted(approval.given()))));
    }
    return List.copyOf(violations);
  }

  private static Optional<FleetApproval> approval(ChangeEvent event) {
    return switch (event) {
      case DefinitionAccepted accepted -> accepted.approval();
      case DefinitionRemoved removed -> removed.approval();
      default -> Optional.empty();
    };
  }

  private static Violation violation(Guarantee guarantee, EventId where, String what) {
    return new Violation(guarantee, where.value(), what);
  }
}

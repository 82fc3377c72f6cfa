package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.FleetApprovalEvent;
import java.util.Map;
import java.util.Optional;

/**
 * Decision about an approval of a fleet removal.
 *
 * @param granted the removal that is approved; empty if the approval is refused
 * @param message why it is refused; empty if it is not
 */
record ApprovalDecision(
    ApprovalReader.Given given, Optional<GrantedRemoval> granted, String message) {

  /**
   * Decides about an approval.
   *
   * @param plan of the fleet as it is now; empty if it could not be read
   * @param last the removal that was approved before
   */
  static ApprovalDecision of(
      ApprovalReader.Given given, Optional<IntakePlan> plan, Optional<GrantedRemoval> last) {
    Optional<HeldRemoval> held = plan.flatMap(IntakePlan::held);
    return held.filter(HeldRemoval::isApprovable)
        .filter(removal -> removal.digest().equals(given.digest()))
        .map(
            removal ->
                new ApprovalDecision(
                    given, Optional.of(removal.approvedBy(given.approval(), given.offset())), ""))
        .orElseGet(
            () -> new ApprovalDecision(given, Optional.empty(), refusal(given, plan, held, last)));
  }

  private static String refusal(
      ApprovalReader.Given given,
      Optional<IntakePlan> plan,
      Optional<HeldRemoval> held,
      Optional<GrantedRemoval> last) {
    if (held.isPresent() && !held.get().isApprovable()) {
      return held.get().tooLarge();
    }
    if (held.isPresent()) {
      return "another removal waits for an approval than the one with this digest: %s; if it is meant: %s"
          .formatted(held.get().names(), held.get().command());
    }
    Optional<String> before =
        last.filter(removal -> removal.digest().equals(given.digest()))
            .map(removal -> removal.approval().by());
    if (before.isPresent()) {
      return "%s has approved this removal before".formatted(before.get());
    }
    if (plan.isEmpty()) {
      return "the fleet cannot be read, so nothing is removed: 'sluice doctor' shows why";
    }
    return plan.get().refusals().isEmpty()
        ? "no removal waits for an approval: the fleet is in force as it was last read"
        : String.join("; ", plan.get().refusals());
  }

  /**
   * Returns the answer.
   *
   * @param plan with the approved removal, if it is approved
   */
  FleetApprovalEvent.Answered answer(Optional<IntakePlan> plan) {
    return new FleetApprovalEvent.Answered(
        given.approval().given(),
        given.digest(),
        given.approval().by(),
        given.approval().reason(),
        granted.isPresent(),
        granted.map(removal -> consequence(removal, plan)).orElse(message),
        granted.map(GrantedRemoval::revision),
        granted.map(GrantedRemoval::taken).orElse(Map.of()));
  }

  private static String consequence(GrantedRemoval removal, Optional<IntakePlan> plan) {
    int waiting = plan.map(one -> one.waiting().size()).orElse(0);
    String added =
        removal.added().isEmpty()
            ? ""
            : "%d applications are added: %s"
                .formatted(removal.added().size(), HeldRemoval.names(removal.added()));
    if (removal.taken().isEmpty()) {
      return added;
    }
    return "%d applications are removed or deselected: %s%s%s"
        .formatted(
            removal.taken().size(),
            HeldRemoval.names(removal.taken()),
            added.isEmpty() ? "" : "; " + added,
            waiting == 0
                ? ""
                : "; %d of them wait until the applications that take over their files have been sent"
                    .formatted(waiting));
  }
}

package dev.sluice.api.http;

import dev.sluice.api.readmodel.PartView;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.failure.PartFailure;
import java.util.Map;
import java.util.Optional;

/**
 * Approvals of fleet revisions that remove many applications. An approval is an event, which the
 * dispatcher that reads the fleet carries out or refuses.
 */
final class FleetApprovals {

  private final ReadModel model;
  private final CommandPublisher publisher;
  private final Refusals refusals;

  FleetApprovals(ReadModel model, CommandPublisher publisher, Refusals refusals) {
    this.model = model;
    this.publisher = publisher;
    this.refusals = refusals;
  }

  /**
   * Approval of a removal.
   *
   * @param digest of the removal, as the status of the dispatcher has it
   * @param dryRun checks the request without giving the approval
   */
  record FleetApprovalRequest(String digest, String reason, boolean dryRun) {}

  /**
   * Approval that was given, or would be given by a dry run.
   *
   * @param id for looking up the answer among the commands
   * @param expected what waits for the approval, as far as the dispatcher has reported
   */
  record FleetApprovalPlan(boolean dryRun, String id, String digest, String expected) {}

  Operation operation() {
    return Operation.post(
        Operations.ROOT + "/fleet-approvals",
        "approveFleet",
        "Approves that a revision of the fleet removes many applications, by the digest of that"
            + " removal. The dispatcher accepts or refuses it; GET commands by id returns the"
            + " answer.",
        FleetApprovalRequest.class,
        new Operation.Answer(202, Operation.Answer.Form.ONE, FleetApprovalPlan.class),
        this::approve);
  }

  private FleetApprovalPlan approve(Request request) {
    FleetApprovalRequest asked = request.body(FleetApprovalRequest.class);
    CommandService.checkReason(asked.reason());
    if (!CommandService.DIGEST.matcher(asked.digest()).matches()) {
      throw Problem.invalid(
          "'digest' must have 64 hexadecimal digits: that of the removal that was reviewed, in the"
              + " message of the dispatcher's condition FleetRemovalHeld");
    }
    Principal by = request.principal();
    EventId id = EventId.of("command", CommandService.key(request), "fleet");
    Optional<String> refusal = refusal(by);
    if (refusal.isPresent()) {
      if (!asked.dryRun()) {
        refusals.record(id, refused(id, asked, by, refusal.get()), by);
      }
      throw new Problem(403, "Not allowed", refusal.get());
    }
    if (!asked.dryRun()) {
      publisher.publish(
          Map.of(
              id,
              new FleetApprovalEvent.Given(
                  asked.digest(), by.name(), asked.reason(), Optional.of(by.caller()))));
    }
    return new FleetApprovalPlan(
        asked.dryRun(), id.value(), asked.digest(), expected(asked.digest()));
  }

  private static Optional<String> refusal(Principal by) {
    if (!by.role().includes(Role.ADMIN)) {
      return Optional.of(
          "%s (%s) may not approve removals of the fleet: this needs the role %s"
              .formatted(by.name(), by.role().label(), Role.ADMIN.label()));
    }
    return by.scope().isAll()
        ? Optional.empty()
        : Optional.of(
            "%s may not approve removals of the whole fleet: use a token without 'application' and 'cluster'"
                .formatted(by.name()));
  }

  private static FleetApprovalEvent.Answered refused(
      EventId id, FleetApprovalRequest asked, Principal by, String message) {
    return new FleetApprovalEvent.Answered(
        id,
        asked.digest(),
        by.name(),
        asked.reason(),
        false,
        message,
        Optional.empty(),
        Map.of(),
        Optional.of(by.caller()));
  }

  private String expected(String digest) {
    return model.parts(Scope.ALL).stream()
        .flatMap(part -> part.conditions().stream())
        .filter(condition -> condition.code().equals(PartFailure.FLEET_REMOVAL_HELD.value()))
        .map(PartView.ConditionView::message)
        .filter(message -> message.contains(digest))
        .findFirst()
        .orElse("no dispatcher reports a removal with this digest, so it may be refused");
  }
}

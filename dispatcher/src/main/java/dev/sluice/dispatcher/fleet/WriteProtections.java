package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.WriteProtection;
import java.util.List;
import java.util.Optional;

/**
 * Reader of the {@code protect} of a policy: {@code true}, or a mapping with who may write, too.
 */
final class WriteProtections {

  private static final String FIELD = "protect";
  private static final String ALLOW = "allow";

  private WriteProtections() {}

  static Optional<WriteProtection> read(Fields policy) {
    if (policy.isNull(FIELD)) {
      policy.problem(
          FleetRule.WRONG_TYPE, FIELD, "is empty: write true or false, or leave the field out");
    }
    if (!policy.isMapping(FIELD)) {
      return policy.bool(FIELD, false)
          ? Optional.of(new WriteProtection(List.of()))
          : Optional.empty();
    }
    Fields fields = policy.requiredFields(FIELD);
    if (!fields.has(ALLOW)) {
      fields.problem(
          FleetRule.MISSING_FIELD, ALLOW, "is required; write protect: true to allow nobody else");
    }
    List<String> allow = fields.texts(ALLOW, WriteProtection::requireName);
    fields.refuseUnknown();
    return protection(fields, allow);
  }

  private static Optional<WriteProtection> protection(Fields fields, List<String> allow) {
    try {
      return Optional.of(new WriteProtection(allow));
    } catch (IllegalArgumentException e) {
      fields.problem(ALLOW, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}

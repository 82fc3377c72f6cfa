package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.cel.CelExpression;
import dev.sluice.contract.cel.CelSyntaxException;
import dev.sluice.contract.fleet.HealthCheck;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reader of the {@code healthCheckExprs} of a policy. */
final class HealthChecks {

  private static final String FIELD = "healthCheckExprs";
  private static final int MOST = 100;

  private HealthChecks() {}

  static List<HealthCheck> read(Fields policy) {
    List<HealthCheck> checks = new ArrayList<>();
    Set<String> kinds = new HashSet<>();
    List<Fields> items = policy.list(FIELD);
    if (items.size() > MOST) {
      policy.problem(FIELD, "has more than %d rules".formatted(MOST));
      return checks;
    }
    for (Fields fields : items) {
      Optional<HealthCheck> check = check(fields);
      check.ifPresent(checks::add);
      if (check.filter(each -> !kinds.add(each.apiVersion() + " " + each.kind())).isPresent()) {
        fields.problem(
            FleetRule.DUPLICATE_NAME,
            "kind",
            "has another rule above: put the conditions into one");
      }
    }
    return checks;
  }

  private static Optional<HealthCheck> check(Fields fields) {
    Optional<String> apiVersion = fields.required("apiVersion", HealthChecks::filled);
    Optional<String> kind = fields.required("kind", HealthChecks::filled);
    Optional<String> inProgress = expression(fields, "inProgress");
    Optional<String> failed = expression(fields, "failed");
    if (!fields.has("current")) {
      fields.missing("current");
    }
    Optional<String> current = expression(fields, "current");
    fields.refuseUnknown();
    return apiVersion.isEmpty() || kind.isEmpty() || current.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new HealthCheck(apiVersion.get(), kind.get(), inProgress, failed, current.get()));
  }

  private static Optional<String> expression(Fields fields, String name) {
    Optional<String> text = fields.text(name);
    if (text.isPresent()) {
      try {
        CelExpression.of(text.get());
      } catch (CelSyntaxException e) {
        fields.problem(
            name,
            "is not a condition in CEL: %s (%s, line %d, column %d of the expression)"
                .formatted(
                    e.getMessage(),
                    fields.placeWithin(name, e.line(), e.column()),
                    e.line(),
                    e.column()));
        return Optional.empty();
      }
    }
    return text;
  }

  private static String filled(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must not be empty");
    }
    return text;
  }
}

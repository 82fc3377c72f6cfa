package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.progressing;

import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.GroupKind;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Health of Argo CD's Applications, which report the health of their own objects. */
final class ArgoRules {

  static final Map<GroupKind, KindRule> RULES =
      Map.of(
          GroupKind.parse("Application.argoproj.io"),
          KindRule.withConditions(
              ArgoRules::application,
              "status/health/status",
              "status/health/message",
              "status/sync/status",
              "status/operationState/phase",
              "status/operationState/message"));

  private ArgoRules() {}

  private static ObjectHealth application(Observed object) {
    String operation = object.text("/status/operationState/phase");
    if (operation.equals("Running") || operation.equals("Terminating")) {
      return progressing("is being synced: %s", object.text("/status/operationState/message"));
    }
    Optional<Condition> error =
        object.conditions().stream().filter(each -> each.type().endsWith("Error")).findFirst();
    if (error.isPresent()) {
      return degraded("%s: %s", error.get().type(), error.get().words());
    }
    String health = object.text("/status/health/status");
    String reason =
        "its objects are %s and %s %s"
            .formatted(
                health, object.text("/status/sync/status"), object.text("/status/health/message"));
    return Stream.of(Health.values())
        .filter(each -> each.word().equals(health))
        .findFirst()
        .map(each -> new ObjectHealth(each, reason))
        .orElse(progressing("its controller has not reported a status yet"));
  }
}

package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;

import dev.sluice.contract.name.GroupKind;
import java.util.Map;
import java.util.Optional;

/** Health of the kinds that extend or divide the API: definitions, aggregated APIs, namespaces. */
final class ApiRules {

  static final Map<GroupKind, KindRule> RULES =
      Map.of(
          GroupKind.CUSTOM_RESOURCE_DEFINITION,
          KindRule.withConditions(ApiRules::definition),
          GroupKind.parse("APIService.apiregistration.k8s.io"),
          KindRule.withConditions(ApiRules::apiService),
          GroupKind.NAMESPACE,
          KindRule.withConditions(ApiRules::namespace, "status/phase"));

  private ApiRules() {}

  private static ObjectHealth definition(Observed object) {
    Optional<Condition> refused = object.condition("NamesAccepted").filter(Condition::isFalse);
    if (refused.isPresent()) {
      return degraded("its names are not accepted: %s", refused.get().words());
    }
    Optional<Condition> invalid = object.condition("NonStructuralSchema").filter(Condition::isTrue);
    if (invalid.isPresent()) {
      return degraded("its schema is invalid: %s", invalid.get().words());
    }
    Optional<Condition> established = object.condition("Established");
    if (established.filter(Condition::isTrue).isPresent()) {
      return healthy("is established");
    }
    return established
        .filter(each -> each.isFalse() && !each.reason().equals("Installing"))
        .map(each -> degraded("is not established: %s", each.words()))
        .orElse(progressing("is not established yet"));
  }

  private static ObjectHealth apiService(Observed object) {
    Optional<Condition> available = object.condition("Available");
    if (available.filter(Condition::isTrue).isPresent()) {
      return healthy("is available");
    }
    return available
        .map(each -> progressing("is not available: %s", each.words()))
        .orElse(progressing("is not examined yet"));
  }

  private static ObjectHealth namespace(Observed object) {
    String phase = object.text("/status/phase");
    return phase.equals("Terminating") ? progressing("is being deleted") : healthy("is active");
  }
}

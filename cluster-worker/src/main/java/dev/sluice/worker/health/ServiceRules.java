package dev.sluice.worker.health;

import static dev.sluice.worker.health.ObjectHealth.degraded;
import static dev.sluice.worker.health.ObjectHealth.healthy;
import static dev.sluice.worker.health.ObjectHealth.progressing;
import static dev.sluice.worker.health.ObjectHealth.unknown;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Health of the kinds around pods: addresses, volumes, disruption budgets, autoscalers. */
final class ServiceRules {

  private static final String ADDRESSES = "status/loadBalancer/ingress/*/";
  private static final String CONDITIONS_OF_V1 = "autoscaling.alpha.kubernetes.io/conditions";

  static final Map<GroupKind, KindRule> RULES =
      Map.of(
          GroupKind.parse("Service"),
          KindRule.withConditions(
              ServiceRules::service, "spec/type", ADDRESSES + "ip", ADDRESSES + "hostname"),
          GroupKind.parse("Ingress.networking.k8s.io"),
          ingress(),
          GroupKind.parse("Ingress.extensions"),
          ingress(),
          GroupKind.parse("PersistentVolumeClaim"),
          KindRule.withConditions(ServiceRules::claim, "status/phase"),
          GroupKind.parse("PersistentVolume"),
          KindRule.withConditions(
              ServiceRules::volume, "status/phase", "status/reason", "status/message"),
          GroupKind.parse("PodDisruptionBudget.policy"),
          KindRule.withConditions(
              ServiceRules::disruptionBudget,
              "status/currentHealthy",
              "status/desiredHealthy",
              "status/disruptionsAllowed"),
          GroupKind.parse("HorizontalPodAutoscaler.autoscaling"),
          KindRule.withConditions(
              ServiceRules::autoscaler,
              "metadata/annotations/" + CONDITIONS_OF_V1.replace("/", "~1"),
              "status/currentReplicas",
              "status/desiredReplicas"));

  private ServiceRules() {}

  private static ObjectHealth service(Observed object) {
    if (!object.text("/spec/type").equals("LoadBalancer")) {
      return healthy("exists");
    }
    return addresses(object)
        .map(each -> healthy("has the address %s", each))
        .orElse(progressing("waits for an address of the load balancer"));
  }

  private static KindRule ingress() {
    return KindRule.withConditions(ServiceRules::ingress, ADDRESSES + "ip", ADDRESSES + "hostname");
  }

  /** An Ingress needs no address: many controllers report none, and there may be no controller. */
  private static ObjectHealth ingress(Observed object) {
    return addresses(object)
        .map(each -> healthy("has the address %s", each))
        .orElse(healthy("exists; no controller reports an address"));
  }

  private static Optional<String> addresses(Observed object) {
    List<String> addresses =
        object.list("/status/loadBalancer/ingress").stream()
            .map(
                each ->
                    each.text("/hostname").isEmpty() ? each.text("/ip") : each.text("/hostname"))
            .filter(each -> !each.isEmpty())
            .toList();
    return addresses.isEmpty() ? Optional.empty() : Optional.of(Words.names(addresses));
  }

  private static ObjectHealth claim(Observed object) {
    return switch (object.text("/status/phase")) {
      case "Bound" -> healthy("is bound");
      case "Lost" -> degraded("has lost its volume");
      case "Pending", "" -> progressing("waits for a volume");
      default -> unknown("has the phase %s", object.text("/status/phase"));
    };
  }

  private static ObjectHealth volume(Observed object) {
    String phase = object.text("/status/phase");
    return switch (phase) {
      case "Available", "Bound" -> healthy("is %s", phase.equals("Bound") ? "bound" : "available");
      case "Released" -> healthy("keeps the data of a claim that was deleted");
      case "Failed" ->
          degraded(
              "has failed: %s: %s", object.text("/status/reason"), object.text("/status/message"));
      case "Pending", "" -> progressing("is not available yet");
      default -> unknown("has the phase %s", phase);
    };
  }

  private static ObjectHealth disruptionBudget(Observed object) {
    Optional<Condition> failed =
        object.conditions().stream()
            .filter(each -> each.isFalse() && !each.reason().equals("InsufficientPods"))
            .findFirst();
    if (failed.isPresent()) {
      return degraded("cannot be computed: %s", failed.get().words());
    }
    if (!object.isSeen(true)) {
      return ConditionRules.notSeen(object);
    }
    return healthy(
        "allows %s: %s, %d needed",
        Words.count(object.number("/status/disruptionsAllowed"), "disruption"),
        Words.count(object.number("/status/currentHealthy"), "healthy pod"),
        object.number("/status/desiredHealthy"));
  }

  private static ObjectHealth autoscaler(Observed object) {
    List<Condition> conditions =
        Stream.concat(object.conditions().stream(), conditionsOfV1(object)).toList();
    Optional<Condition> failed =
        conditions.stream()
            .filter(each -> each.isFalse() && each.reason().matches("(Failed|Invalid).*"))
            .findFirst();
    if (failed.isPresent()) {
      return degraded("cannot scale: %s", failed.get().words());
    }
    return conditions.stream().anyMatch(each -> each.type().equals("AbleToScale") && each.isTrue())
        ? healthy("wants %s", Words.count(object.number("/status/desiredReplicas"), "replica"))
        : progressing("is not able to scale yet");
  }

  /** Returns the conditions of version 1, which has them as JSON in an annotation. */
  private static Stream<Condition> conditionsOfV1(Observed object) {
    String json = object.text("/metadata/annotations/" + CONDITIONS_OF_V1.replace("/", "~1"));
    try {
      JsonNode conditions = Json.mapper().readTree(json);
      return StreamSupport.stream(conditions.spliterator(), false)
          .map(each -> Condition.of(each, "", 0));
    } catch (JsonProcessingException e) {
      return Stream.empty();
    }
  }
}

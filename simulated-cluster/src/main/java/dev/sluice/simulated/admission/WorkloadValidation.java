package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Validation of the kinds that create pods. */
final class WorkloadValidation {
  private static final List<String> ALWAYS = List.of("Always");
  private static final List<String> ONCE = List.of("OnFailure", "Never");

  private final Problems problems;
  private final PodValidation pods;

  WorkloadValidation(Problems problems) {
    this.problems = problems;
    this.pods = new PodValidation(problems);
  }

  void check(String kind, JsonNode spec) {
    switch (kind) {
      case "Job" -> {
        notNegative("spec", spec, "parallelism", "completions", "backoffLimit");
        pods.spec("spec.template.spec", spec.at("/template/spec"), ONCE);
      }
      case "CronJob" -> {
        if (spec.path("schedule").asText().isEmpty()) {
          problems.required("spec.schedule", "");
        } else if (spec.path("schedule").asText().strip().split("\\s+", -1).length != 5
            && !spec.path("schedule").asText().startsWith("@")) {
          String schedule = spec.path("schedule").asText();
          problems.invalid(
              "spec.schedule",
              schedule,
              "expected exactly 5 fields, found "
                  + schedule.strip().split("\\s+", -1).length
                  + ": ["
                  + schedule
                  + "]");
        }
        pods.spec(
            "spec.jobTemplate.spec.template.spec",
            spec.at("/jobTemplate/spec/template/spec"),
            ONCE);
      }
      default -> {
        notNegative("spec", spec, "replicas", "minReadySeconds", "revisionHistoryLimit");
        strategy(kind, spec);
        selector(spec);
        pods.spec("spec.template.spec", spec.at("/template/spec"), ALWAYS, claims(spec));
      }
    }
  }

  /** Returns the names of the claims that a StatefulSet's pods can mount as volumes. */
  private static Set<String> claims(JsonNode spec) {
    Set<String> claims = new HashSet<>();
    spec.path("volumeClaimTemplates")
        .forEach(claim -> claims.add(claim.at("/metadata/name").asText()));
    return claims;
  }

  private void strategy(String kind, JsonNode spec) {
    JsonNode rolling = spec.at("/strategy/rollingUpdate");
    if (kind.equals("Deployment")
        && spec.at("/strategy/type").asText().equals("Recreate")
        && rolling.isObject()) {
      problems.forbidden(
          "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
    }
    JsonNode ordered = spec.at("/updateStrategy/rollingUpdate");
    if (kind.equals("StatefulSet")
        && spec.at("/updateStrategy/type").asText().equals("OnDelete")
        && ordered.isObject()) {
      problems.invalid(
          "spec.updateStrategy.rollingUpdate",
          ordered,
          "only allowed for updateStrategy 'RollingUpdate'");
    }
  }

  private void notNegative(String path, JsonNode spec, String... fields) {
    for (String field : fields) {
      if (spec.path(field).asInt() < 0) {
        problems.invalid(
            path + "." + field, spec.path(field).asInt(), "must be greater than or equal to 0");
      }
    }
  }

  private void selector(JsonNode spec) {
    JsonNode selector = spec.path("selector");
    JsonNode labels = spec.at("/template/metadata/labels");
    if (selector.isMissingNode()) {
      problems.required("spec.selector", "");
    } else if (selector.isEmpty()) {
      problems.invalidLiteral("spec.selector", "{}", "empty selector is invalid for deployment");
    }
    boolean matches =
        !selector.isMissingNode()
            && selector.path("matchLabels").properties().stream()
                .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))
            && selector.path("matchExpressions").valueStream().allMatch(e -> fits(e, labels));
    if (!matches) {
      problems.invalidLiteral(
          "spec.template.metadata.labels",
          labels.isMissingNode() ? "null" : labels.toString(),
          "`selector` does not match template `labels`");
    }
  }

  private static boolean fits(JsonNode expression, JsonNode labels) {
    JsonNode value = labels.path(expression.path("key").asText());
    boolean among = expression.path("values").valueStream().anyMatch(value::equals);
    return switch (expression.path("operator").asText()) {
      case "In" -> among;
      case "NotIn" -> !among;
      case "Exists" -> !value.isMissingNode();
      case "DoesNotExist" -> value.isMissingNode();
      default -> false;
    };
  }
}

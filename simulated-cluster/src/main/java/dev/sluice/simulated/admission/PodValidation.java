package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Quantities;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Validation of pods and pod templates. */
final class PodValidation {
  private static final Set<String> OTHERS_OF_VOLUMES = Set.of("name");
  private static final Set<String> OTHERS_OF_PROBES =
      Set.of(
          "initialDelaySeconds",
          "timeoutSeconds",
          "periodSeconds",
          "successThreshold",
          "failureThreshold",
          "terminationGracePeriodSeconds");

  private final Problems problems;

  PodValidation(Problems problems) {
    this.problems = problems;
  }

  /** Validates a pod's spec at its path. */
  void spec(String path, JsonNode spec, List<String> restartPolicies) {
    spec(path, spec, restartPolicies, Set.of());
  }

  /**
   * Validates a pod's spec at its path.
   *
   * @param claims names of volumes that the pod gets from elsewhere
   */
  void spec(String path, JsonNode spec, List<String> restartPolicies, Set<String> claims) {
    String restart = spec.path("restartPolicy").asText();
    if (!restartPolicies.contains(restart)) {
      if (restart.equals("Always")) {
        problems.required(path + ".restartPolicy", "valid values: \"OnFailure\", \"Never\"");
      } else {
        problems.unsupported(path + ".restartPolicy", restart, restartPolicies);
      }
    }
    Set<String> volumes = new HashSet<>();
    for (int i = 0; i < spec.path("volumes").size(); i++) {
      String at = path + ".volumes[" + i + "]";
      String name = spec.path("volumes").path(i).path("name").asText();
      if (name.isEmpty()) {
        problems.required(at + ".name", "");
      } else {
        NameRules.label(at + ".name", name, problems);
        if (!volumes.add(name)) {
          problems.duplicate(at + ".name", name);
        }
      }
      onlyOne(at, spec.path("volumes").path(i), OTHERS_OF_VOLUMES, "volume type");
    }
    volumes.addAll(claims);
    if (spec.path("containers").isEmpty()) {
      problems.required(path + ".containers", "");
    }
    Set<String> names = new HashSet<>();
    for (String field : List.of("containers", "initContainers")) {
      for (int i = 0; i < spec.path(field).size(); i++) {
        String at = path + "." + field + "[" + i + "]";
        container(at, spec.path(field).path(i), names, volumes);
      }
    }
  }

  private void container(String path, JsonNode container, Set<String> names, Set<String> volumes) {
    String name = container.path("name").asText();
    if (name.isEmpty()) {
      problems.required(path + ".name", "");
    } else {
      NameRules.label(path + ".name", name, problems);
      if (!names.add(name)) {
        problems.duplicate(path + ".name", name);
      }
    }
    if (container.path("image").asText().isEmpty()) {
      problems.required(path + ".image", "");
    }
    for (int i = 0; i < container.path("ports").size(); i++) {
      JsonNode port = container.path("ports").path(i);
      String at = path + ".ports[" + i + "]";
      if (port.path("containerPort").asInt() == 0) {
        problems.required(at + ".containerPort", "");
      } else {
        port(at + ".containerPort", port.path("containerPort").asInt());
      }
      protocol(at, port);
    }
    for (int i = 0; i < container.path("env").size(); i++) {
      JsonNode variable = container.path("env").path(i);
      if (variable.path("name").asText().isEmpty()) {
        problems.required(path + ".env[" + i + "].name", "");
      }
      if (variable.has("valueFrom") && !variable.path("value").asText().isEmpty()) {
        problems.invalid(
            path + ".env[" + i + "].valueFrom",
            "",
            "may not be specified when `value` is not empty");
      }
    }
    for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
      onlyOne(path + "." + probe, container.path(probe), OTHERS_OF_PROBES, "handler type");
    }
    for (int i = 0; i < container.path("volumeMounts").size(); i++) {
      JsonNode mount = container.path("volumeMounts").path(i);
      String at = path + ".volumeMounts[" + i + "]";
      String volume = mount.path("name").asText();
      if (volume.isEmpty()) {
        problems.required(at + ".name", "");
      } else if (!volumes.contains(volume)) {
        problems.notFound(at + ".name", volume);
      }
      if (mount.path("mountPath").asText().isEmpty()) {
        problems.required(at + ".mountPath", "");
      }
    }
    String pull = container.path("imagePullPolicy").asText();
    if (!List.of("Always", "IfNotPresent", "Never").contains(pull)) {
      problems.unsupported(
          path + ".imagePullPolicy", pull, List.of("Always", "IfNotPresent", "Never"));
    }
    quantities(path + ".resources.limits", container.at("/resources/limits"));
    quantities(path + ".resources.requests", container.at("/resources/requests"));
    container
        .at("/resources/requests")
        .properties()
        .forEach(
            request -> {
              String limit = container.at("/resources/limits").path(request.getKey()).asText();
              if (Quantities.exceeds(request.getValue().asText(), limit)) {
                problems.invalid(
                    path + ".resources.requests",
                    request.getValue().asText(),
                    "must be less than or equal to %s limit of %s"
                        .formatted(request.getKey(), limit));
              }
            });
  }

  /**
   * Refuses each field after the first, in the order of their names.
   *
   * @param others fields that are no alternatives
   */
  private void onlyOne(String path, JsonNode value, Set<String> others, String what) {
    value.properties().stream()
        .filter(field -> !others.contains(field.getKey()) && !field.getValue().isNull())
        .map(Map.Entry::getKey)
        .sorted()
        .skip(1)
        .forEach(
            field -> problems.forbidden(path + "." + field, "may not specify more than 1 " + what));
  }

  private void quantities(String path, JsonNode quantities) {
    quantities
        .properties()
        .forEach(
            entry -> {
              if (Quantities.isNegative(entry.getValue().asText())) {
                problems.invalid(
                    path + "[" + entry.getKey() + "]",
                    entry.getValue().asText(),
                    "must be greater than or equal to 0");
              }
            });
  }

  void protocol(String path, JsonNode port) {
    String protocol = port.path("protocol").asText();
    if (!List.of("SCTP", "TCP", "UDP").contains(protocol)) {
      problems.unsupported(path + ".protocol", protocol, List.of("SCTP", "TCP", "UDP"));
    }
  }

  void port(String path, int port) {
    if (port < 1 || port > 65535) {
      problems.invalid(path, port, "must be between 1 and 65535, inclusive");
    }
  }
}

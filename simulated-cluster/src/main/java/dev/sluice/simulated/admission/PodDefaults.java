package dev.sluice.simulated.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Defaults of pods and pod templates. */
final class PodDefaults {
  private static final int READABLE = 420;

  private PodDefaults() {}

  /** Sets the defaults of a pod's spec, if there is one. */
  static void fill(JsonNode podSpec) {
    if (!(podSpec instanceof ObjectNode spec)) {
      return;
    }
    or(spec, "restartPolicy", "Always");
    or(spec, "dnsPolicy", "ClusterFirst");
    or(spec, "schedulerName", "default-scheduler");
    or(spec, "terminationGracePeriodSeconds", 30);
    spec.withObject("/securityContext");
    if (spec.has("serviceAccountName")) {
      spec.set("serviceAccount", spec.path("serviceAccountName"));
    }
    for (String field : List.of("containers", "initContainers", "ephemeralContainers")) {
      spec.path(field).forEach(container -> container((ObjectNode) container));
    }
    spec.path("volumes").forEach(volume -> volume((ObjectNode) volume));
  }

  private static void container(ObjectNode container) {
    or(container, "terminationMessagePath", "/dev/termination-log");
    or(container, "terminationMessagePolicy", "File");
    or(container, "imagePullPolicy", pullPolicy(container.path("image").asText()));
    container.withObject("/resources");
    container.path("ports").forEach(port -> or((ObjectNode) port, "protocol", "TCP"));
    for (JsonNode variable : container.path("env")) {
      if (variable.at("/valueFrom/fieldRef") instanceof ObjectNode reference) {
        or(reference, "apiVersion", "v1");
      }
    }
    for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
      if (container.path(probe) instanceof ObjectNode settings) {
        or(settings, "timeoutSeconds", 1);
        or(settings, "periodSeconds", 10);
        or(settings, "successThreshold", 1);
        or(settings, "failureThreshold", 3);
        httpGet(settings);
      }
    }
    httpGet(container.at("/lifecycle/postStart"));
    httpGet(container.at("/lifecycle/preStop"));
  }

  private static void httpGet(JsonNode action) {
    if (action.path("httpGet") instanceof ObjectNode get) {
      or(get, "path", "/");
      or(get, "scheme", "HTTP");
    }
  }

  private static String pullPolicy(String image) {
    String last = image.substring(image.lastIndexOf('/') + 1);
    boolean pinned = last.contains("@") || (last.contains(":") && !last.endsWith(":latest"));
    return pinned ? "IfNotPresent" : "Always";
  }

  private static void volume(ObjectNode volume) {
    if (volume.size() == 1 && volume.has("name")) {
      volume.putObject("emptyDir");
    }
    for (String source : List.of("configMap", "secret", "projected", "downwardAPI")) {
      if (volume.path(source) instanceof ObjectNode files) {
        or(files, "defaultMode", READABLE);
      }
    }
    if (volume.path("hostPath") instanceof ObjectNode host) {
      or(host, "type", "");
    }
  }

  private static void or(ObjectNode object, String field, String value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }

  private static void or(ObjectNode object, String field, int value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }
}

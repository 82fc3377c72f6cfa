package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Note;
import dev.sluice.simulated.runner.control.Plan;
import dev.sluice.simulated.store.ObjectKey;

/** Pods and volume claims of StatefulSets. */
final class StatefulPods {
  static final String REVISION = "controller-revision-hash";

  private StatefulPods() {}

  /** Returns the number at the end of a pod's name, or -1. */
  static int ordinal(ObjectNode pod) {
    String name = Metadata.of(pod).name();
    String end = name.substring(name.lastIndexOf('-') + 1);
    return end.matches("\\d{1,9}") ? Integer.parseInt(end) : -1;
  }

  static ObjectNode create(ObjectNode set, JsonNode template, String revision, int ordinal) {
    ObjectNode pod = Pods.of(Kind.STATEFUL_SET, set, template);
    String name = Metadata.of(set).name() + "-" + ordinal;
    ObjectNode metadata = pod.withObject("/metadata");
    metadata.put("generateName", Metadata.of(set).name() + "-").put("name", name);
    metadata
        .withObject("/labels")
        .put("statefulset.kubernetes.io/pod-name", name)
        .put("apps.kubernetes.io/pod-index", Integer.toString(ordinal))
        .put(REVISION, revision);
    ObjectNode spec = pod.withObject("/spec").put("hostname", name);
    if (set.path("spec").has("serviceName")) {
      spec.set("subdomain", set.at("/spec/serviceName"));
    }
    mount(set, spec, name);
    return pod;
  }

  private static void mount(ObjectNode set, ObjectNode spec, String pod) {
    for (JsonNode template : set.at("/spec/volumeClaimTemplates")) {
      String volume = Metadata.of(template).name();
      ArrayNode volumes = spec.withArray("/volumes");
      for (int i = volumes.size() - 1; i >= 0; i--) {
        if (volumes.path(i).path("name").asText().equals(volume)) {
          volumes.remove(i);
        }
      }
      volumes
          .addObject()
          .put("name", volume)
          .putObject("persistentVolumeClaim")
          .put("claimName", volume + "-" + pod);
    }
  }

  /** Creates the claims of a pod that do not exist. */
  static void claims(ObjectNode set, ObjectNode pod, ObjectCache cache, Plan plan) {
    Metadata metadata = Metadata.of(pod);
    for (JsonNode template : set.at("/spec/volumeClaimTemplates")) {
      String name = Metadata.of(template).name() + "-" + metadata.name();
      if (cache.find(Kind.CLAIM, new ObjectKey(metadata.namespace(), name)).isEmpty()) {
        ObjectNode claim = Kind.CLAIM.blank(metadata.namespace());
        ObjectNode own = claim.withObject("/metadata").put("name", name);
        for (String field : new String[] {"labels", "annotations"}) {
          if (template.path("metadata").has(field)) {
            own.set(field, template.path("metadata").path(field).deepCopy());
          }
        }
        set.at("/spec/selector/matchLabels")
            .properties()
            .forEach(label -> own.withObject("/labels").set(label.getKey(), label.getValue()));
        claim.set("spec", template.path("spec").deepCopy());
        plan.create(Kind.CLAIM, claim)
            .note(
                Note.normal(
                    set,
                    StatefulSetController.COMPONENT,
                    "SuccessfulCreate",
                    "Create Claim %s Pod %s in StatefulSet %s success"
                        .formatted(name, metadata.name(), Metadata.of(set).name())));
      }
    }
  }
}

package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.control.Plan;
import java.util.Set;

/** ReplicaSet of a Deployment, and how the Deployment changes it. */
final class ReplicaSetDraft {
  static final String REVISION = "deployment.kubernetes.io/revision";
  static final String HASH = "pod-template-hash";
  private static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  private static final String MAX = "deployment.kubernetes.io/max-replicas";
  private static final Set<String> NOT_INHERITED =
      Set.of(
          "kubectl.kubernetes.io/last-applied-configuration",
          REVISION,
          "deployment.kubernetes.io/revision-history",
          DESIRED,
          MAX);

  private final ObjectNode live;
  private final ObjectNode next;
  private final boolean isNew;

  private ReplicaSetDraft(ObjectNode live, boolean isNew) {
    this.live = live;
    this.next = live.deepCopy();
    this.isNew = isNew;
  }

  static ReplicaSetDraft of(ObjectNode live) {
    return new ReplicaSetDraft(live, false);
  }

  /** Returns a new ReplicaSet of a Deployment's template, without pods. */
  static ReplicaSetDraft create(ObjectNode deployment) {
    Metadata owner = Metadata.of(deployment);
    JsonNode template = deployment.at("/spec/template");
    String hash = Names.hash(template);
    ObjectNode set = Kind.REPLICA_SET.blank(owner.namespace());
    ObjectNode metadata = set.withObject("/metadata").put("name", owner.name() + "-" + hash);
    metadata.set("labels", template.at("/metadata/labels").deepCopy());
    metadata.withObject("/labels").put(HASH, hash);
    metadata.set("ownerReferences", Metadata.ownedBy(Kind.DEPLOYMENT, deployment));
    ObjectNode spec = set.putObject("spec").put("replicas", 0);
    if (deployment.path("spec").has("minReadySeconds")) {
      spec.set("minReadySeconds", deployment.at("/spec/minReadySeconds"));
    }
    spec.set("selector", deployment.at("/spec/selector").deepCopy());
    spec.withObject("/selector").withObject("/matchLabels").put(HASH, hash);
    spec.set("template", template.deepCopy());
    spec.withObject("/template").withObject("/metadata").withObject("/labels").put(HASH, hash);
    return new ReplicaSetDraft(set, true);
  }

  /** Returns whether the pods of this ReplicaSet have a Deployment's template. */
  boolean hasTemplateOf(ObjectNode deployment) {
    JsonNode own = live.at("/spec/template").deepCopy();
    if (own.at("/metadata/labels") instanceof ObjectNode labels) {
      labels.remove(HASH);
    }
    return own.equals(deployment.at("/spec/template"));
  }

  String name() {
    return Metadata.of(next).name();
  }

  String created() {
    return next.at("/metadata/creationTimestamp").asText();
  }

  int revision() {
    String revision = Metadata.of(next).annotation(REVISION);
    return revision.isEmpty() ? 0 : Integer.parseInt(revision);
  }

  /** Returns the number of replicas that the Deployment wanted when it last scaled. */
  int desired() {
    return Integer.parseInt("0" + Metadata.of(live).annotation(DESIRED));
  }

  /** Returns the number of replicas that the Deployment could have had when it last scaled. */
  int max() {
    return Integer.parseInt("0" + Metadata.of(live).annotation(MAX));
  }

  int replicas() {
    return next.at("/spec/replicas").asInt();
  }

  int status(String counter) {
    return live.path("status").path(counter).asInt();
  }

  boolean isObserved() {
    return status("observedGeneration") >= Metadata.of(live).generation();
  }

  ObjectNode live() {
    return live;
  }

  void scale(int replicas) {
    next.withObject("/spec").put("replicas", replicas);
  }

  void setScale(int desired, int max) {
    Metadata.annotate(next, DESIRED, Integer.toString(desired));
    Metadata.annotate(next, MAX, Integer.toString(max));
  }

  /** Takes the annotations of a Deployment, its delay until available, and a revision. */
  void inherit(ObjectNode deployment, int revision) {
    deployment
        .at("/metadata/annotations")
        .properties()
        .forEach(
            annotation -> {
              if (!NOT_INHERITED.contains(annotation.getKey())) {
                Metadata.annotate(next, annotation.getKey(), annotation.getValue().asText());
              }
            });
    if (revision() < revision) {
      Metadata.annotate(next, REVISION, Integer.toString(revision));
    }
    JsonNode delay = deployment.at("/spec/minReadySeconds");
    if (delay.isMissingNode()) {
      next.withObject("/spec").remove("minReadySeconds");
    } else {
      next.withObject("/spec").set("minReadySeconds", delay);
    }
  }

  boolean isScaled() {
    return replicas() != (isNew ? 0 : live.at("/spec/replicas").asInt());
  }

  /** Returns what the Events say about a change of the scale. */
  String scaling() {
    int before = isNew ? 0 : live.at("/spec/replicas").asInt();
    return "Scaled %s replica set %s from %d to %d"
        .formatted(replicas() > before ? "up" : "down", name(), before, replicas());
  }

  void write(Plan plan) {
    if (isNew) {
      plan.create(Kind.REPLICA_SET, next);
    } else if (!next.equals(live)) {
      plan.replace(Kind.REPLICA_SET, next);
    }
  }
}

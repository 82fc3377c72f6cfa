package dev.sluice.simulated.runner.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import dev.sluice.simulated.runner.api.Metadata;
import dev.sluice.simulated.runner.api.ObjectCache;
import dev.sluice.simulated.runner.control.Plan;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** ControllerRevisions of a workload: the templates that it has had. */
final class Revisions {
  private final List<ObjectNode> all;
  private final ObjectNode latest;

  private Revisions(List<ObjectNode> all, ObjectNode latest) {
    this.all = all;
    this.latest = latest;
  }

  /**
   * Returns the revisions of a workload. The one of the current template is created, or becomes the
   * latest again.
   *
   * @param label label of a revision that has its hash
   */
  static Revisions of(Kind kind, ObjectNode workload, String label, ObjectCache cache, Plan plan) {
    List<ObjectNode> all =
        cache.ownedBy(workload, Kind.CONTROLLER_REVISION).stream()
            .sorted(Comparator.comparing(revision -> revision.path("revision").asLong()))
            .toList();
    ObjectNode data = data(workload.at("/spec/template"));
    long next = all.isEmpty() ? 1 : all.getLast().path("revision").asLong() + 1;
    Optional<ObjectNode> known =
        all.stream().filter(revision -> revision.path("data").equals(data)).findFirst();
    if (known.isPresent()) {
      if (!known.get().equals(all.getLast())) {
        plan.replace(Kind.CONTROLLER_REVISION, known.get().deepCopy().put("revision", (int) next));
      }
      return new Revisions(all, known.get());
    }
    ObjectNode created = Kind.CONTROLLER_REVISION.blank(Metadata.of(workload).namespace());
    String hash = Names.hash(data);
    ObjectNode metadata = created.withObject("/metadata");
    metadata.put("name", Metadata.of(workload).name() + "-" + hash);
    metadata.set("labels", workload.at("/spec/template/metadata/labels").deepCopy());
    metadata.withObject("/labels").put(label, hash);
    metadata.set("ownerReferences", Metadata.ownedBy(kind, workload));
    created.set("data", data);
    created.put("revision", (int) next);
    plan.create(Kind.CONTROLLER_REVISION, created);
    return new Revisions(all, created);
  }

  private static ObjectNode data(JsonNode template) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    ObjectNode saved = template.deepCopy();
    data.putObject("spec").set("template", saved.put("$patch", "replace"));
    return data;
  }

  /** Returns the name of the revision of the current template. */
  String latest() {
    return Metadata.of(latest).name();
  }

  String latestHash(String label) {
    return Metadata.of(latest).label(label);
  }

  /** Returns whether a revision exists. */
  boolean has(String name) {
    return all.stream().anyMatch(revision -> Metadata.of(revision).name().equals(name));
  }

  /** Returns the template of a revision, or the latest one if it is gone. */
  JsonNode template(String name) {
    ObjectNode revision =
        all.stream().filter(r -> Metadata.of(r).name().equals(name)).findFirst().orElse(latest);
    ObjectNode template = revision.at("/data/spec/template").deepCopy();
    template.remove("$patch");
    return template;
  }

  /** Deletes the oldest revisions beyond the limit of the workload, except those in use. */
  void prune(ObjectNode workload, Set<String> used, Plan plan) {
    List<ObjectNode> unused =
        all.stream()
            .filter(revision -> !used.contains(Metadata.of(revision).name()))
            .filter(revision -> !Metadata.of(revision).name().equals(latest()))
            .toList();
    int surplus = unused.size() - workload.at("/spec/revisionHistoryLimit").asInt(10);
    unused.stream()
        .limit(Math.max(0, surplus))
        .forEach(revision -> plan.delete(Kind.CONTROLLER_REVISION, revision));
  }
}

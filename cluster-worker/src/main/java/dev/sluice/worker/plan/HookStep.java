package dev.sluice.worker.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.manifest.Hook;
import dev.sluice.worker.manifest.Hook.Moment;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.SharedNodes;
import java.util.Set;

/**
 * A run of a hook at one of its moments.
 *
 * @param step the creation of its object, which is marked with the moment
 */
public record HookStep(ApplyStep step, Hook hook, Moment moment) {

  /** Annotation of the moment at which an object runs, since a hook may have several. */
  private static final String MOMENT = "sluice.dev/hook-moment";

  /** The field of a Job for the seconds after which it is deleted once it has ended. */
  private static final String TTL = "ttlSecondsAfterFinished";

  /** The least such time, in which the worker, or its successor, sees how the Job ended. */
  private static final int LEAST_TTL = 3600;

  /** Kinds of programs that end. */
  private static final Set<GroupKind> PROGRAMS =
      Set.of(GroupKind.parse("Job.batch"), GroupKind.parse("Pod"));

  /** Creates the run of a hook. */
  static HookStep of(ApplyStep step, Hook hook, Moment moment) {
    ObjectNode content = SharedNodes.copy(step.manifest().content());
    SharedNodes.own(SharedNodes.own(content, "metadata"), "annotations").put(MOMENT, moment.text());
    if (content.path("spec").path(TTL).asInt(LEAST_TTL) < LEAST_TTL) {
      SharedNodes.own(content, "spec").put(TTL, LEAST_TTL);
    }
    Manifest marked = new Manifest(step.ref(), content, step.manifest().source());
    return new HookStep(
        new ApplyStep(marked, step.entry(), step.reason(), step.mode()), hook, moment);
  }

  public ObjectRef ref() {
    return step.ref();
  }

  /** Returns whether its object is a program, which runs only once. */
  public boolean isProgram() {
    return PROGRAMS.contains(ref().groupKind());
  }

  /** Returns whether a live object runs at this moment. */
  public boolean isRun(JsonNode live) {
    return live.path("metadata").path("annotations").path(MOMENT).asText("").equals(moment.text());
  }

  /**
   * Returns whether an object of an earlier run is deleted before this one is created: a program,
   * which could not run again; a custom resource, whose controller may have ended it; and what the
   * policy names. Others, such as a ConfigMap, are written in place.
   */
  public boolean isRecreated() {
    String group = ref().groupKind().group();
    boolean isCustom = group.contains(".") && !group.endsWith(".k8s.io");
    return isProgram()
        || hook.isDeletedBeforeCreation()
        || (isCustom && hook.deletePolicies().isEmpty());
  }
}

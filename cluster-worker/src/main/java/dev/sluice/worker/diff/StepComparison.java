package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.contract.event.ObjectDifference.Kind;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OwnedFields;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.adoption.AdoptionRule;
import dev.sluice.worker.adoption.AdoptionRule.Verdict;
import dev.sluice.worker.adoption.ObjectOwner;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.fields.DryRun;
import dev.sluice.worker.fields.FieldDifferences;
import dev.sluice.worker.fields.IgnoredFields;
import dev.sluice.worker.fields.OwnersOfFields;
import dev.sluice.worker.fields.Precedence;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Comparison of the objects of a plan with the results that applying them would have. Writes
 * nothing.
 */
final class StepComparison {

  private static final int MAX_MESSAGE = 1_000;

  /** The note at an object whose comparison is the worker's own. */
  private static final String COMPUTED =
      "computed by the worker: the API of this kind knows no server-side apply, so it can neither"
          + " check the object now nor show its defaults";

  private final Discovery discovery;
  private final DryRun dryRun;
  private final Policy policy;
  private final AdoptionRule adoption;
  private final List<IgnoredDifference> ignored;
  private final Set<String> namespaces = new HashSet<>();
  private final List<ObjectDifference> differences = new ArrayList<>();
  private final List<OwnedFields> owned = new ArrayList<>();

  /**
   * Creates a comparison of one plan.
   *
   * @param spec of the application
   * @param adoption decides about objects that exist already
   */
  StepComparison(ClusterApi api, Discovery discovery, ApplicationSpec spec, AdoptionRule adoption) {
    this.policy = spec.policy();
    this.discovery = discovery;
    this.dryRun = new DryRun(api, discovery);
    this.adoption = adoption;
    this.ignored = policy.ignored();
    if (policy.createNamespace().isPresent()) {
      namespaces.add(spec.namespace());
    }
  }

  List<ObjectDifference> differences() {
    return differences;
  }

  /** Returns the fields of the compared objects that other managers own. */
  List<OwnedFields> owned() {
    return owned;
  }

  void compare(Stage stage) throws InterruptedException {
    for (ApplyStep step : stage.steps()) {
      if (step.ref().groupKind().equals(GroupKind.NAMESPACE)) {
        namespaces.add(step.ref().name());
      }
      Optional<ObjectNode> live = discovery.read(step.ref());
      if (live.isEmpty()) {
        compareAbsent(step);
      } else if (step.mode() != ApplyStep.Mode.CREATE_ONLY) {
        compareLive(step, live.get(), Stage.replaces(step, policy));
      }
    }
  }

  private void compareAbsent(ApplyStep step) throws InterruptedException {
    ObjectRef ref = step.ref();
    try {
      boolean byServer = dryRun.create(path(ref), step.manifest().content(), forces(step));
      add(ref, Kind.CREATED, byServer ? Optional.empty() : Optional.of(COMPUTED));
    } catch (ApiException e) {
      // its namespace may be created by the same target
      if (e.isNotFound() && namespaces.contains(ref.namespace())) {
        add(ref, Kind.CREATED, Optional.empty());
      } else {
        refused(step, e);
      }
    }
  }

  private void compareLive(ApplyStep step, ObjectNode live, boolean replaces)
      throws InterruptedException {
    switch (adoption.of(step.ref(), live)) {
      case Verdict.Own() -> compare(step, live, replaces, Set.of(), Optional.empty());
      case Verdict.TakenOver taken ->
          compare(
              step,
              live,
              replaces,
              taken.from().map(ObjectOwner::managers).orElse(Set.of()),
              Optional.of(taken.toString()));
      case Verdict.Refused refused ->
          add(
              step.ref(),
              Kind.REFUSED,
              Optional.of(
                  "%s: policy.adopt: %s refuses it"
                      .formatted(refused, adoption.policy().name().toLowerCase(Locale.ROOT))));
    }
  }

  /**
   * Compares an object that may be written.
   *
   * @param former managers of the owner that it is taken over from
   * @param takeover a note of the takeover; empty if the object is not taken over
   */
  private void compare(
      ApplyStep step,
      ObjectNode live,
      boolean replaces,
      Set<String> former,
      Optional<String> takeover)
      throws InterruptedException {
    ObjectRef ref = step.ref();
    ObjectNode content = step.manifest().content();
    Precedence precedence = new Precedence(forces(step), former);
    IgnoredFields fieldsOfOthers = IgnoredFields.of(ref, ignored);
    DryRun.Preview preview = dryRun.before(live, content, precedence, fieldsOfOthers);
    try {
      preview = dryRun.change(path(ref), live, content, precedence, fieldsOfOthers);
      List<Field> fields = FieldDifferences.between(live, preview.after());
      if (!fields.isEmpty()) {
        Optional<String> note = preview.byServer() ? takeover : Optional.of(computed(takeover));
        differences.add(new ObjectDifference(ref, Kind.CONFIGURED, fields, note));
      }
    } catch (ApiException e) {
      if (replaces && isImmutable(ref, e) && hasOwnerOf(live, content)) {
        add(ref, Kind.REPLACED, Optional.of(message(step, e)));
        return;
      }
      refused(step, e);
    }
    owned.addAll(
        OwnersOfFields.of(ref, live, preview.stated(), preview.managedFields(), preview.after()));
  }

  private static String computed(Optional<String> takeover) {
    return takeover.map(note -> note + "; " + COMPUTED).orElse(COMPUTED);
  }

  private boolean forces(ApplyStep step) {
    return Directives.forces(step.manifest().content(), policy.force());
  }

  private void refused(ApplyStep step, ApiException refusal) {
    if (refusal.code() == ApiException.NO_ANSWER || refusal.isGroupUnavailable()) {
      throw refusal;
    }
    add(step.ref(), Kind.REFUSED, Optional.of(message(step, refusal)));
  }

  private static String message(ApplyStep step, ApiException refusal) {
    return FieldDifferences.isSecret(step.manifest().content())
        ? "the API server refuses it (%s)".formatted(refusal.status())
        : Excerpt.of(String.valueOf(refusal.getMessage()), MAX_MESSAGE);
  }

  private static boolean isImmutable(ObjectRef ref, ApiException refusal) {
    return ApiErrorClassifier.classify(refusal, Failure.Stage.APPLY, Optional.of(ref))
            instanceof Outcome.Parked(Failure failure, Wake _)
        && failure.code() == ApplyFailure.IMMUTABLE_FIELD;
  }

  /** Returns whether a live object has the owner of Git's object; no other one is deleted. */
  private static boolean hasOwnerOf(ObjectNode live, ObjectNode content) {
    return Stream.of(Ownership.INSTALLATION_LABEL, Ownership.APPLICATION_LABEL)
        .allMatch(label -> label(live, label).equals(label(content, label)));
  }

  private static JsonNode label(ObjectNode object, String name) {
    return object.path("metadata").path("labels").path(name);
  }

  private void add(ObjectRef ref, Kind kind, Optional<String> message) {
    differences.add(new ObjectDifference(ref, kind, List.of(), message));
  }

  private String path(ObjectRef ref) throws InterruptedException {
    return discovery
        .find(ref.apiVersion(), ref.kind())
        .orElseThrow(
            () ->
                new ApiException(
                    404, "NotFound", "the cluster serves no " + ref.kind(), "", List.of(), null))
        .path(ref);
  }
}

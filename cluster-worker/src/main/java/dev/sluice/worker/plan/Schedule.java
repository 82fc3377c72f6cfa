package dev.sluice.worker.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.manifest.Hook;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.Stage.Phase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The stages of a plan: definitions, then the hooks before the sync, the waves, and the hooks after
 * the sync. Hooks have waves, too, and in a wave weights. In a stage, objects are ordered by their
 * kinds.
 *
 * <p>A stage waits for the health of its objects, changed or not, if another with work follows that
 * needs it. Helm's hooks do not: many charts' objects become healthy only by a hook that comes
 * after them.
 */
final class Schedule {

  /** The position of definitions in their wave. */
  private static final int FIRST = 0;

  private static final int REST = 1;

  private final SortedMap<Turn, Content> turns = new TreeMap<>();
  private final Needs needs;

  /** Creates the schedule of an application with these objects and hooks. */
  Schedule(List<Manifest> all) {
    this.needs = Needs.of(all);
  }

  /** The order of a stage. */
  private record Turn(Phase phase, int wave, int position) implements Comparable<Turn> {

    private static final Comparator<Turn> ORDER =
        Comparator.comparing(Turn::phase)
            .thenComparingInt(Turn::wave)
            .thenComparingInt(Turn::position);

    @Override
    public int compareTo(Turn other) {
      return ORDER.compare(this, other);
    }
  }

  /** The content of a stage. */
  private static final class Content {

    private final List<ApplyStep> steps = new ArrayList<>();
    private final List<HookStep> hooks = new ArrayList<>();
    private final List<ObjectRef> objects = new ArrayList<>();
    private final Set<ObjectRef> passing = new HashSet<>();

    boolean hasWork() {
      return !steps.isEmpty() || !hooks.isEmpty();
    }

    /** Returns whether it begins only once the objects of earlier stages are healthy. */
    boolean needsHealth() {
      return !steps.isEmpty() || hooks.stream().anyMatch(hook -> !hook.hook().isHelm());
    }
  }

  /**
   * Adds an object.
   *
   * @param step its write; empty if it is unchanged
   */
  void add(Manifest manifest, Optional<ApplyStep> step) {
    Content content = at(turn(manifest));
    step.ifPresent(content.steps::add);
    content.objects.add(manifest.ref());
    if (manifest.isTransient()) {
      content.passing.add(manifest.ref());
    }
  }

  /** Adds a run of a hook. */
  void add(HookStep hook) {
    Phase phase =
        switch (hook.moment()) {
          case PRE_SYNC -> Phase.PRE_SYNC;
          case SYNC -> Phase.SYNC;
          case POST_SYNC -> Phase.POST_SYNC;
          case PRE_DELETE -> Phase.PRE_DELETE;
          case POST_DELETE -> Phase.POST_DELETE;
          case SYNC_FAIL ->
              throw new IllegalArgumentException("no moment of a stage: " + hook.moment());
        };
    int wave = hook.step().manifest().wave().orElse(0);
    at(new Turn(phase, wave, phase == Phase.SYNC ? REST : hook.hook().weight())).hooks.add(hook);
  }

  /** Returns the stages up to the last with work. */
  List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    boolean hasWork = false;
    boolean needsHealth = false;
    for (Map.Entry<Turn, Content> turn : List.copyOf(turns.entrySet()).reversed()) {
      Content content = turn.getValue();
      hasWork |= content.hasWork();
      boolean waits = needsHealth && turn.getKey().phase() != Phase.DEFINITIONS;
      if (hasWork && (content.hasWork() || waits)) {
        content.steps.sort(Comparator.comparing(ApplyStep::ref, Order.INSTANCE));
        content.hooks.sort(Comparator.comparing(HookStep::ref, Order.INSTANCE));
        stages.addFirst(
            new Stage(
                turn.getKey().phase(),
                turn.getKey().wave(),
                content.steps,
                content.hooks,
                waits ? content.objects : List.of(),
                waits ? content.passing : Set.of()));
      }
      needsHealth |= content.needsHealth();
    }
    return stages;
  }

  private Content at(Turn turn) {
    return turns.computeIfAbsent(turn, _ -> new Content());
  }

  private Turn turn(Manifest manifest) {
    OptionalInt declared = manifest.wave();
    if (!Order.isDefinition(manifest.ref())) {
      return new Turn(Phase.SYNC, declared.orElse(0), REST);
    }
    if (declared.isEmpty() || needs.isNeededByHooks(manifest)) {
      return new Turn(Phase.DEFINITIONS, 0, FIRST);
    }
    return new Turn(Phase.SYNC, Math.min(declared.getAsInt(), needs.first(manifest)), FIRST);
  }

  /**
   * The first waves that need a definition: an object cannot be sent before its namespace and its
   * kind exist, whatever waves these declare.
   */
  private record Needs(Map<GroupKind, Integer> kinds, Map<String, Integer> namespaces) {

    private static final int HOOKS = Integer.MIN_VALUE;
    private static final int NEVER = Integer.MAX_VALUE;

    static Needs of(List<Manifest> all) {
      Needs needs = new Needs(new HashMap<>(), new HashMap<>());
      for (Manifest manifest : all) {
        boolean isHook = manifest.hook().filter(Hook::isOfSync).isPresent();
        int wave = isHook ? HOOKS : manifest.wave().orElse(0);
        needs.kinds.merge(manifest.ref().groupKind(), wave, Math::min);
        needs.namespaces.merge(manifest.ref().namespace(), wave, Math::min);
      }
      return needs;
    }

    boolean isNeededByHooks(Manifest definition) {
      return first(definition) == HOOKS;
    }

    int first(Manifest definition) {
      GroupKind kind = definition.ref().groupKind();
      if (kind.equals(GroupKind.NAMESPACE)) {
        return namespaces.getOrDefault(definition.ref().name(), NEVER);
      }
      if (kind.equals(GroupKind.CUSTOM_RESOURCE_DEFINITION)) {
        JsonNode spec = definition.content().path("spec");
        return kinds.getOrDefault(
            new GroupKind(
                spec.path("group").asText(""), spec.path("names").path("kind").asText("")),
            NEVER);
      }
      return NEVER;
    }
  }
}

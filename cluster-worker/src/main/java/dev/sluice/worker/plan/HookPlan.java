package dev.sluice.worker.plan;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.CanonicalJson;
import dev.sluice.worker.manifest.Hook;
import dev.sluice.worker.manifest.Hook.Moment;
import dev.sluice.worker.manifest.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which hooks of a target run; pure.
 *
 * <p>All of them run if the target changes an object, or if one of them is new or has changed. They
 * do not run if the cluster is up to date, nor if all objects are written again for the same
 * inputs.
 */
final class HookPlan {

  /** The length of a generated name, which is a label of the Pods of a Job (RFC 1123 label). */
  private static final int MAX_NAME = 63;

  /** The length of the part of a generated name that the run determines. */
  private static final int SUFFIX = 10;

  private final Planner.Runs circumstances;
  private final Set<ObjectId> unfinished;
  private final Map<ObjectId, InventoryEntry> old = new LinkedHashMap<>();
  private final List<Declared> declared = new ArrayList<>();
  private final List<Manifest> onRemoval = new ArrayList<>();
  private final List<HookStep> runs = new ArrayList<>();
  private final List<HookStep> onFailure = new ArrayList<>();
  private final Map<ObjectId, InventoryEntry> entries = new LinkedHashMap<>();

  HookPlan(Inventory before, Set<ObjectId> unfinished, Planner.Runs circumstances) {
    this.unfinished = unfinished;
    this.circumstances = circumstances;
    before.entries().forEach(entry -> old.put(entry.ref().id(), entry));
  }

  /**
   * A hook of the target.
   *
   * @param before its entry of an earlier run; empty if it is new
   */
  private record Declared(
      Manifest manifest, Hook hook, String digest, Optional<InventoryEntry> before) {}

  /** Adds a hook of the target. */
  void add(Manifest manifest) {
    Hook hook = manifest.hook().orElseThrow();
    if (hook.isOfRemoval()) {
      onRemoval.add(manifest);
    }
    if (hook.isOfSync()) {
      String digest = manifest.digest();
      declared.add(new Declared(manifest, hook, digest, before(manifest, digest)));
    }
  }

  /** Returns the entry of the last run; of a hook with generated names, only if it is the same. */
  private Optional<InventoryEntry> before(Manifest manifest, String digest) {
    if (!manifest.isUnnamed()) {
      return Optional.ofNullable(old.get(manifest.ref().id()));
    }
    ObjectRef ref = manifest.ref();
    return old.values().stream()
        .filter(entry -> entry.hook() && entry.digest().equals(digest))
        .filter(
            entry ->
                entry.ref().groupKind().equals(ref.groupKind())
                    && entry.ref().namespace().equals(ref.namespace())
                    && entry.ref().name().startsWith(ref.name()))
        .findFirst();
  }

  /**
   * Decides which hooks run.
   *
   * @param isNothing whether the target changes no object
   */
  void decide(boolean isNothing) {
    boolean runsAll =
        (!isNothing && !circumstances.again())
            || declared.stream().anyMatch(hook -> isChanged(hook) && isDue(hook));
    for (Declared hook : declared) {
      Manifest manifest = hook.manifest();
      boolean isUsed = runsAll && !hook.hook().moments(circumstances.install()).isEmpty();
      if (isUsed && manifest.isUnnamed()) {
        manifest = manifest.named(name(manifest.ref()));
      }
      ObjectRef ref =
          isUsed ? manifest.ref() : hook.before().map(InventoryEntry::ref).orElse(manifest.ref());
      InventoryEntry entry =
          InventoryEntry.ofHook(
              ref, hook.digest(), manifest.directives().keep(), manifest.wave().orElse(0));
      entries.put(ref.id(), entry);
      if (isUsed) {
        ApplyStep step = new ApplyStep(manifest, entry, reason(ref, hook), ApplyStep.Mode.APPLY);
        for (Moment moment : hook.hook().moments(circumstances.install())) {
          if (moment == Moment.SYNC_FAIL) {
            onFailure.add(HookStep.of(step, hook.hook(), moment));
          } else if (!moment.isOfRemoval()) {
            runs.add(HookStep.of(step, hook.hook(), moment));
          }
        }
      }
    }
  }

  private boolean isChanged(Declared hook) {
    return hook.before().isEmpty()
        || !hook.before().get().digest().equals(hook.digest())
        || (isUnfinished(hook.before().get().ref()) && !circumstances.again());
  }

  private boolean isDue(Declared hook) {
    return hook.hook().moments(circumstances.install()).stream()
        .anyMatch(moment -> moment != Moment.SYNC_FAIL && !moment.isOfRemoval());
  }

  private boolean isUnfinished(ObjectRef ref) {
    return unfinished.contains(ref.id());
  }

  private ApplyStep.Reason reason(ObjectRef ref, Declared hook) {
    if (isUnfinished(ref)) {
      return ApplyStep.Reason.REASSERT;
    }
    return hook.before().isPresent() && !hook.manifest().isUnnamed()
        ? ApplyStep.Reason.CHANGED
        : ApplyStep.Reason.NEW;
  }

  /** Returns the name of a run: always the same for one generation, and another for each. */
  private String name(ObjectRef ref) {
    String prefix = ref.name().substring(0, Math.min(ref.name().length(), MAX_NAME - SUFFIX));
    return prefix
        + CanonicalJson.sha256(TextNode.valueOf("%s %s".formatted(circumstances.id(), ref.id())))
            .substring(0, SUFFIX);
  }

  /** Returns the runs of the hooks of a removal. */
  static List<HookStep> ofRemoval(List<Manifest> hooks, Planner.Runs circumstances) {
    HookPlan plan = new HookPlan(Inventory.EMPTY, Set.of(), circumstances);
    List<HookStep> steps = new ArrayList<>();
    for (Manifest hook : hooks) {
      Manifest named = hook.isUnnamed() ? hook.named(plan.name(hook.ref())) : hook;
      InventoryEntry entry = InventoryEntry.ofHook(named.ref(), named.digest(), false, 0);
      ApplyStep step = new ApplyStep(named, entry, ApplyStep.Reason.REASSERT, ApplyStep.Mode.APPLY);
      for (Moment moment : hook.hook().orElseThrow().moments(false)) {
        if (moment.isOfRemoval()) {
          steps.add(HookStep.of(step, hook.hook().orElseThrow(), moment));
        }
      }
    }
    return steps;
  }

  /** Returns the entries of all hooks, whether they run or not. */
  Map<ObjectId, InventoryEntry> entries() {
    return entries;
  }

  List<HookStep> runs() {
    return runs;
  }

  Plan.OtherHooks others(List<Stage> afterDeletion) {
    return new Plan.OtherHooks(onFailure, onRemoval, afterDeletion);
  }
}

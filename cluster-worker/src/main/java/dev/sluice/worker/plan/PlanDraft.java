package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A plan under construction. */
final class PlanDraft {

  private final Map<ObjectId, InventoryEntry> old = new LinkedHashMap<>();
  private final Map<ObjectId, InventoryEntry> during = new LinkedHashMap<>();
  private final Map<ObjectId, InventoryEntry> after = new LinkedHashMap<>();
  private final Map<ObjectId, Manifest> desired = new LinkedHashMap<>();
  private final List<ApplyStep> applies = new ArrayList<>();
  private final List<ObjectRef> unchanged = new ArrayList<>();
  private final List<ObjectRef> skipped = new ArrayList<>();
  private final List<InventoryEntry> prunes = new ArrayList<>();
  private final Set<ObjectRef> claims = new HashSet<>();
  private final Policy policy;

  PlanDraft(Inventory inventory, Policy policy) {
    this.policy = policy;
    inventory.entries().forEach(entry -> old.put(entry.ref().id(), entry));
    during.putAll(old);
  }

  void desire(Manifest manifest, boolean unfinished) {
    ObjectId id = manifest.ref().id();
    if (desired.put(id, manifest) != null) {
      throw new IllegalArgumentException("desired twice: " + manifest);
    }
    claims.add(manifest.ref());
    InventoryEntry before = old.get(id);
    Directives directives = manifest.directives();
    if (directives.ignore()) {
      skipped.add(manifest.ref());
      if (before != null) {
        after.put(
            id,
            entry(before.ref(), before.digest(), directives, Optional.empty(), 0)
                .left(LiveState.ANY));
      }
      return;
    }
    String digest = digest(manifest);
    boolean equal = before != null && before.digest().equals(digest);
    Optional<String> declaration =
        policy.shares(manifest.ref().groupKind())
            ? Optional.of(manifest.declaration())
            : Optional.empty();
    InventoryEntry entry =
        entry(manifest.ref(), digest, directives, declaration, manifest.wave().orElse(0));
    if (equal && before.state().isPresent()) {
      LiveState state = before.state().get();
      boolean exists = directives.existence() && !state.equals(LiveState.ANY);
      entry = entry.left(exists ? LiveState.EXISTS : state);
    }
    after.put(id, entry);
    during.put(id, entry);
    if (equal && !unfinished) {
      unchanged.add(manifest.ref());
      return;
    }
    ApplyStep.Reason reason =
        unfinished
            ? ApplyStep.Reason.REASSERT
            : before == null ? ApplyStep.Reason.NEW : ApplyStep.Reason.CHANGED;
    ApplyStep.Mode mode =
        directives.createOnly() ? ApplyStep.Mode.CREATE_ONLY : ApplyStep.Mode.APPLY;
    applies.add(new ApplyStep(manifest, entry, reason, mode));
  }

  private InventoryEntry entry(
      ObjectRef ref, String digest, Directives directives, Optional<String> declaration, int wave) {
    return new InventoryEntry(
        ref,
        digest,
        directives.keep(),
        declaration,
        Optional.empty(),
        false,
        wave,
        directives.guarded(),
        directives.propagation().or(policy::propagationPolicy));
  }

  /** Returns the digest of a manifest and of the rules about fields that may differ. */
  private String digest(Manifest manifest) {
    ObjectRef ref = manifest.ref();
    List<IgnoredDifference> about =
        policy.ignored().stream()
            .filter(rule -> rule.matches(ref.groupKind(), ref.namespace(), ref.name()))
            .toList();
    return about.isEmpty()
        ? manifest.digest()
        : "%s%s%08x"
            .formatted(manifest.digest(), InventoryEntry.RULES, about.toString().hashCode());
  }

  void add(HookPlan hooks) {
    during.putAll(hooks.entries());
    after.putAll(hooks.entries());
    hooks.entries().values().forEach(entry -> claims.add(entry.ref()));
  }

  /** Leaves an old object in the cluster. */
  void skip(InventoryEntry entry) {
    skipped.add(entry.ref());
  }

  /** Deletes an old object. */
  void prune(InventoryEntry entry) {
    prunes.add(entry);
  }

  /** Notes the object of a hook of a removal, which exists until the removal ends. */
  void run(HookStep hook) {
    during.put(hook.ref().id(), hook.step().entry());
  }

  boolean isEmpty() {
    return applies.isEmpty() && prunes.isEmpty();
  }

  /** Decides about the chosen old objects that are not desired. */
  void leave(Predicate<InventoryEntry> chosen) {
    for (InventoryEntry entry : old.values()) {
      ObjectId id = entry.ref().id();
      if (chosen.test(entry) && !desired.containsKey(id) && !after.containsKey(id)) {
        if (entry.keep()) {
          skipped.add(entry.ref());
        } else if (!policy.prune()) {
          skipped.add(entry.ref());
          after.put(id, entry);
        } else {
          prunes.add(entry);
        }
      }
    }
  }

  Plan.Ready finish(Schedule schedule, HookPlan hooks) {
    Map<ObjectId, ApplyStep> steps = new HashMap<>();
    applies.forEach(step -> steps.put(step.ref().id(), step));
    for (Manifest manifest : desired.values()) {
      if (!manifest.directives().ignore()) {
        schedule.add(manifest, Optional.ofNullable(steps.get(manifest.ref().id())));
      }
    }
    hooks.runs().forEach(schedule::add);
    Map<Boolean, List<Stage>> stages =
        schedule.stages().stream()
            .collect(Collectors.partitioningBy(stage -> stage.phase() == Stage.Phase.POST_DELETE));
    return new Plan.Ready(
        stages.getOrDefault(false, List.of()),
        unchanged.stream().sorted(Order.INSTANCE).toList(),
        skipped.stream().sorted(Order.INSTANCE).toList(),
        prunes.stream()
            .sorted(
                Comparator.comparingInt(InventoryEntry::wave)
                    .thenComparing(InventoryEntry::ref, Order.INSTANCE)
                    .reversed())
            .map(entry -> PruneStep.of(entry, policy.propagation()))
            .toList(),
        new Plan.Inventories(inventory(during), inventory(after)),
        claims,
        hooks.others(stages.getOrDefault(true, List.of())));
  }

  private static Inventory inventory(Map<ObjectId, InventoryEntry> entries) {
    return new Inventory(List.copyOf(entries.values()));
  }
}

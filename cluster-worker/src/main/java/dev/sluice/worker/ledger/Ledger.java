package dev.sluice.worker.ledger;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent.LedgerSummary.Phase;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.HookResult;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.LiveState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The state of an application in this cluster. It outlives the application: a removal leaves a
 * tombstone, so that no older generation is ever applied again.
 *
 * @param generation the newest that was begun; empty if none ever was
 * @param inputDigest of the target that was begun; empty for a removal
 * @param inventory the objects before and after, joined, while a generation is being applied;
 *     exactly the objects that it left once it is done
 * @param intent the objects that a begun generation writes or deletes; empty once it is done
 * @param kinds every kind ever written, as {@code apiVersion|kind}: the kinds that a sweep lists
 * @param deadLetter the application's open dead letter
 * @param finished how the generation ended; empty while it is begun, and in ledgers of earlier
 *     versions
 * @param removalHooks the manifests of hooks that run when the application is removed, since it has
 *     none any longer at that time; absent if there are none
 * @param begun what was decided about the generation that is begun; absent while none is, and in
 *     ledgers of earlier versions
 * @param account the service account that the generation's writes impersonate, which a removal uses
 *     too; empty if the worker's own permissions are used
 */
public record Ledger(
    ApplicationName application,
    Optional<Generation> generation,
    Phase phase,
    Optional<CommitId> commit,
    String inputDigest,
    Inventory inventory,
    Set<ObjectRef> intent,
    Set<String> kinds,
    Optional<OpenEntry> deadLetter,
    Optional<Finished> finished,
    Optional<List<ObjectNode>> removalHooks,
    Optional<Begun> begun,
    Optional<ServiceAccountName> account) {

  /** An open dead letter: its name, and the generation that opened it. */
  public record OpenEntry(DeadLetterId entry, Generation generation) {

    public OpenEntry {
      Objects.requireNonNull(entry, "entry");
      Objects.requireNonNull(generation, "generation");
    }
  }

  /**
   * The end of a generation.
   *
   * @param at when it was done
   * @param renderer the renderer with its version; empty for a removal
   */
  public record Finished(Instant at, Optional<String> renderer) {

    public Finished {
      Objects.requireNonNull(at, "at");
    }
  }

  /**
   * Decisions of the first attempt of a generation, which later attempts keep, and the hooks that
   * have run.
   *
   * @param install whether no generation was done before
   * @param repeats whether it has the inputs of one that was done just before
   * @param hooks the hooks that have run
   */
  public record Begun(boolean install, boolean repeats, List<HookResult> hooks) {

    public Begun {
      hooks = List.copyOf(hooks);
    }
  }

  private static final Pattern KIND = Pattern.compile("[^|]+\\|[^|]+");

  public Ledger {
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(inputDigest, "inputDigest");
    Objects.requireNonNull(inventory, "inventory");
    if (generation.isPresent() == (phase == Phase.NEW)) {
      throw new IllegalArgumentException("a ledger has a generation once one was begun");
    }
    for (String kind : kinds) {
      if (!KIND.matcher(kind).matches()) {
        throw new IllegalArgumentException("a kind is written as apiVersion|kind");
      }
    }
    // sorted, so that equal ledgers have equal bytes, which compress well
    intent = Collections.unmodifiableSet(new TreeSet<>(intent));
    kinds = Collections.unmodifiableSet(new TreeSet<>(kinds));
    removalHooks = removalHooks.map(List::copyOf).filter(manifests -> !manifests.isEmpty());
  }

  /** Returns the ledger of an application that this cluster never had. */
  public static Ledger unknown(ApplicationName application) {
    return new LedgerDraft(application).ledger();
  }

  /** Returns whether a newer generation than this one was begun. */
  public boolean isAfter(Generation other) {
    return generation.isPresent() && generation.get().isAfter(other);
  }

  /** Returns whether a newer generation was begun than in another ledger. */
  boolean isAfter(Ledger other) {
    return generation.isPresent() && generation.get().isAfter(other.generation);
  }

  /** Returns whether exactly this generation is done. */
  public boolean holds(Generation other) {
    return isSettled() && generation.equals(Optional.of(other));
  }

  /** Returns whether no writes can be in progress, except a fenced worker's. */
  @JsonIgnore
  public boolean isSettled() {
    return phase.isSettled();
  }

  /** Returns whether this generation is done, or a newer one was begun. */
  public boolean hasSettled(Generation other) {
    return isAfter(other) || holds(other);
  }

  /**
   * Returns the objects that were applied: without those whose writes may be unfinished, and those
   * that were left as they were found.
   */
  public Set<ObjectId> applied() {
    Set<ObjectId> applied = new HashSet<>();
    inventory.entries().stream()
        .filter(entry -> !entry.state().equals(Optional.of(LiveState.ANY)))
        .forEach(entry -> applied.add(entry.ref().id()));
    intent.forEach(ref -> applied.remove(ref.id()));
    return applied;
  }

  /** Returns whether the next generation, or the one that is begun, is the first to be done. */
  public boolean installs() {
    return phase != Phase.DONE && begun.map(Begun::install).orElseGet(() -> applied().isEmpty());
  }

  /** Returns whether these inputs were applied to the end, and no others since. */
  public boolean repeats(String digest) {
    boolean isRepeated = phase == Phase.DONE || begun.map(Begun::repeats).orElse(false);
    return isRepeated && inputDigest.equals(digest);
  }

  /** Returns the hooks that have run in the generation that is begun. */
  public List<HookResult> hooks() {
    return begun.map(Begun::hooks).orElse(List.of());
  }

  /** Returns this ledger with another generation begun. */
  public Ledger begin(Header header, Inventory during, Set<ObjectRef> writeSet) {
    boolean isSame = generation.equals(Optional.of(header.generation()));
    Begun decided =
        new Begun(installs(), repeats(header.inputDigest()), isSame ? hooks() : List.of());
    Set<String> allKinds = new TreeSet<>(kinds);
    writeSet.forEach(ref -> allKinds.add(new ApiKind(ref.apiVersion(), ref.kind()).toString()));
    LedgerDraft draft = new LedgerDraft(this).at(header);
    draft.phase = header.removal() ? Phase.REMOVING : Phase.APPLYING;
    draft.inventory = during;
    draft.intent = writeSet;
    draft.kinds = allKinds;
    draft.finished = Optional.empty();
    draft.begun = Optional.of(decided);
    return draft.ledger();
  }

  /** Returns this ledger with the generation done, and without an open dead letter. */
  public Ledger finish(Header header, Inventory after, Finished end) {
    LedgerDraft draft = new LedgerDraft(this).at(header);
    draft.phase = header.removal() ? Phase.REMOVED : Phase.DONE;
    draft.inventory = after;
    draft.intent = Set.of();
    draft.deadLetter = Optional.empty();
    draft.finished = Optional.of(end);
    draft.begun = Optional.empty();
    draft.removalHooks = header.removal() ? Optional.empty() : removalHooks;
    return draft.ledger();
  }

  /** Returns this ledger with other states of its objects. */
  public Ledger withInventory(Inventory states) {
    LedgerDraft draft = new LedgerDraft(this);
    draft.inventory = states;
    return draft.ledger();
  }

  /** Returns this ledger with this dead letter open. */
  public Ledger withDeadLetter(OpenEntry entry) {
    LedgerDraft draft = new LedgerDraft(this);
    draft.deadLetter = Optional.of(entry);
    return draft.ledger();
  }

  /** Returns this ledger with another hook that has run. */
  public Ledger withHook(HookResult result) {
    Begun before = begun.orElseThrow();
    List<HookResult> results = new ArrayList<>(before.hooks());
    results.add(result);
    LedgerDraft draft = new LedgerDraft(this);
    draft.begun = Optional.of(new Begun(before.install(), before.repeats(), results));
    return draft.ledger();
  }

  /** Returns this ledger with these hooks for the removal of the application. */
  public Ledger withRemovalHooks(List<Manifest> manifests) {
    LedgerDraft draft = new LedgerDraft(this);
    draft.removalHooks = Optional.of(manifests.stream().map(Manifest::content).toList());
    return draft.ledger();
  }

  /**
   * The generation that a ledger is at.
   *
   * @param account the service account that its writes impersonate
   */
  public record Header(
      Generation generation,
      boolean removal,
      Optional<CommitId> commit,
      String inputDigest,
      Optional<ServiceAccountName> account) {

    /** Creates the header of a generation that is applied with the worker's own permissions. */
    public Header(
        Generation generation, boolean removal, Optional<CommitId> commit, String inputDigest) {
      this(generation, removal, commit, inputDigest, Optional.empty());
    }
  }
}

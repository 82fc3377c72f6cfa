package dev.sluice.worker.ledger;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent.LedgerSummary.Phase;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.LiveState;
import java.time.Instant;
import java.util.HashSet;
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
    Optional<Finished> finished) {

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
    intent = Set.copyOf(intent);
    kinds = Set.copyOf(kinds);
  }

  /** Returns the ledger of an application that this cluster never had. */
  public static Ledger unknown(ApplicationName application) {
    return new Ledger(
        application,
        Optional.empty(),
        Phase.NEW,
        Optional.empty(),
        "",
        Inventory.EMPTY,
        Set.of(),
        Set.of(),
        Optional.empty(),
        Optional.empty());
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

  /** Returns this ledger with another generation begun. */
  public Ledger begin(Header header, Inventory during, Set<ObjectRef> writeSet) {
    Set<String> allKinds = new TreeSet<>(kinds);
    writeSet.forEach(ref -> allKinds.add(new ApiKind(ref.apiVersion(), ref.kind()).toString()));
    return new Ledger(
        application,
        Optional.of(header.generation()),
        header.removal() ? Phase.REMOVING : Phase.APPLYING,
        header.commit(),
        header.inputDigest(),
        during,
        writeSet,
        allKinds,
        deadLetter,
        Optional.empty());
  }

  /** Returns this ledger with the generation done, and without an open dead letter. */
  public Ledger finish(Header header, Inventory after, Finished end) {
    return new Ledger(
        application,
        Optional.of(header.generation()),
        header.removal() ? Phase.REMOVED : Phase.DONE,
        header.commit(),
        header.inputDigest(),
        after,
        Set.of(),
        kinds,
        Optional.empty(),
        Optional.of(end));
  }

  /** Returns this ledger with other states of its objects. */
  public Ledger withInventory(Inventory states) {
    return new Ledger(
        application,
        generation,
        phase,
        commit,
        inputDigest,
        states,
        intent,
        kinds,
        deadLetter,
        finished);
  }

  /** Returns this ledger with this dead letter open. */
  public Ledger withDeadLetter(OpenEntry entry) {
    return new Ledger(
        application,
        generation,
        phase,
        commit,
        inputDigest,
        inventory,
        intent,
        kinds,
        Optional.of(entry),
        finished);
  }

  /** The generation that a ledger is at. */
  public record Header(
      Generation generation, boolean removal, Optional<CommitId> commit, String inputDigest) {}
}

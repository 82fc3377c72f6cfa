package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The outcome of a target; these events are the audit log. Topic {@code results}, keyed by cluster
 * and application.
 */
public sealed interface ResultEvent extends Event
    permits ResultEvent.OfTarget,
        ResultEvent.Swept,
        ResultEvent.WorkerHello,
        ResultEvent.Held,
        DiffAnswered,
        ObjectsAnswered {

  ClusterName cluster();

  /** A result about one generation of one application. */
  sealed interface OfTarget extends ResultEvent
      permits Dispatched,
          Planned,
          Waiting,
          Applied,
          Unchanged,
          Superseded,
          Retrying,
          Parked,
          Removed,
          Fenced,
          ObservedEvent {

    Subject subject();

    @Override
    default ClusterName cluster() {
      return subject().cluster();
    }

    @Override
    default String key() {
      return subject().cluster() + "/" + subject().application();
    }
  }

  /**
   * The dispatcher has sent a target or a removal to the cluster.
   *
   * @param inputDigest empty for a removal
   * @param reason the path of the input that changed, {@code first dispatch}, {@code definition},
   *     {@code command} and the command's word, {@code remote source} or {@code ledger ahead}
   * @param positions of the sources' commits; absent for a removal, for recorded inputs, and in
   *     events of earlier versions
   * @param repeated the earlier generation whose recorded inputs were sent again; absent if the
   *     inputs were read from Git
   */
  record Dispatched(
      Subject subject,
      Optional<String> inputDigest,
      String reason,
      Provenance provenance,
      Optional<List<RefPosition>> positions,
      Optional<Generation> repeated)
      implements OfTarget {
    public Dispatched {
      positions = positions.map(List::copyOf).filter(list -> !list.isEmpty());
    }

    /** Creates the event for a removal, or for a target whose positions are unknown. */
    public Dispatched(
        Subject subject, Optional<String> inputDigest, String reason, Provenance provenance) {
      this(subject, inputDigest, reason, provenance, Optional.empty(), Optional.empty());
    }
  }

  /**
   * Rendering succeeded, and these changes will be carried out.
   *
   * @param changes the changes to objects, without those that stay as they are
   * @param renderer the renderer with its version, several joined by ", "
   * @param omitted the number of changes that are not listed because a record is limited in size;
   *     absent if all are listed
   */
  record Planned(
      Subject subject, List<ObjectChange> changes, String renderer, Optional<Integer> omitted)
      implements OfTarget {
    public Planned {
      changes = List.copyOf(changes);
    }

    public Planned(Subject subject, List<ObjectChange> changes, String renderer) {
      this(subject, changes, renderer, Optional.empty());
    }
  }

  /**
   * The target was applied to the cluster. Objects that needed no API call are not listed in the
   * changes.
   *
   * @param changes the objects that were created, configured, deleted or transferred
   * @param objects the number of objects of the generation
   * @param renderer the renderer with its version, several joined by ", "; absent in events of
   *     earlier versions
   * @param omitted the number of changes that are not listed because a record is limited in size;
   *     absent if all are listed
   * @param kept objects that are not deleted yet, because other applications may claim them or an
   *     approval is required. The generation is parked until they are; absent if there are none
   * @param generated the fields whose values differ at each rendering, such as random passwords;
   *     absent if there are none
   */
  record Applied(
      Subject subject,
      List<ObjectChange> changes,
      int objects,
      Timings timings,
      Optional<String> renderer,
      Optional<Integer> omitted,
      Optional<List<ObjectRef>> kept,
      Optional<List<String>> generated)
      implements OfTarget {
    public Applied {
      generated = generated.map(List::copyOf).filter(fields -> !fields.isEmpty());
      changes = List.copyOf(changes);
      kept = kept.map(List::copyOf).filter(refs -> !refs.isEmpty());
    }

    /** Creates the event for a target with nothing left to delete. */
    public Applied(
        Subject subject,
        List<ObjectChange> changes,
        int objects,
        Timings timings,
        Optional<String> renderer) {
      this(
          subject,
          changes,
          objects,
          timings,
          renderer,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
  }

  /**
   * The cluster already had exactly this target.
   *
   * @param objects the number of objects of the generation
   * @param renderer the renderer with its version, several joined by ", "; absent in events of
   *     earlier versions
   * @param generated the fields whose values differ at each rendering, such as random passwords;
   *     absent if there are none
   */
  record Unchanged(
      Subject subject, int objects, Optional<String> renderer, Optional<List<String>> generated)
      implements OfTarget {
    public Unchanged {
      generated = generated.map(List::copyOf).filter(fields -> !fields.isEmpty());
    }

    /** Creates the event for a target without generated values. */
    public Unchanged(Subject subject, int objects, Optional<String> renderer) {
      this(subject, objects, renderer, Optional.empty());
    }
  }

  /** A newer generation arrived before this one was finished. */
  record Superseded(Subject subject, Generation by) implements OfTarget {}

  /**
   * A transient failure; the worker retries after the delay.
   *
   * @param attempt the number of the failed attempt, from 1
   * @param delay the time until the next attempt
   */
  record Retrying(Subject subject, int attempt, Duration delay, Failure failure)
      implements OfTarget {}

  /**
   * A failure that retrying alone does not resolve; a dead letter is open.
   *
   * @param wakesOn what else than new input leads to an attempt, in words
   */
  record Parked(Subject subject, Failure failure, String wakesOn) implements OfTarget {}

  /**
   * A removal is finished: the application's objects are deleted (or orphaned).
   *
   * @param changes the objects that were deleted or left in place
   * @param omitted the number of changes that are not listed because a record is limited in size;
   *     absent if all are listed
   */
  record Removed(Subject subject, List<ObjectChange> changes, Optional<Integer> omitted)
      implements OfTarget {
    public Removed {
      changes = List.copyOf(changes);
    }

    public Removed(Subject subject, List<ObjectChange> changes) {
      this(subject, changes, Optional.empty());
    }
  }

  /**
   * The worker refused to write a generation older than the ledger's, or the ledger's generation
   * with other inputs.
   */
  record Fenced(Subject subject, Generation ledgerGeneration) implements OfTarget {}

  /**
   * The orphan sweep deleted objects that a fenced worker had left behind; it finds them by label.
   *
   * @param changes the objects that were deleted
   * @param omitted the number of changes that are not listed because a record is limited in size;
   *     absent if all are listed
   */
  record Swept(
      ClusterName cluster,
      ApplicationName application,
      List<ObjectChange> changes,
      Optional<Integer> omitted)
      implements ResultEvent {
    public Swept {
      changes = List.copyOf(changes);
    }

    public Swept(ClusterName cluster, ApplicationName application, List<ObjectChange> changes) {
      this(cluster, application, changes, Optional.empty());
    }

    @Override
    public String key() {
      return cluster + "/" + application;
    }
  }

  /**
   * The dispatcher has new inputs of an application and does not send them to the cluster yet, or
   * they wait for something else than before. The next {@link Dispatched} ends it.
   */
  record Held(ClusterName cluster, ApplicationName application, Withheld withheld)
      implements ResultEvent {

    @Override
    public String key() {
      return cluster + "/" + application;
    }
  }

  /**
   * A worker has become leader and reports the contents of the cluster's ledgers. Many ledgers are
   * split over several of these events.
   *
   * @param worker the name of the worker's process
   * @param ledgers the ledgers by application
   * @param renderIsolation the isolation of renderers from the worker: {@code bubblewrap}, {@code
   *     namespaces}, {@code user} or {@code none}; absent in events of earlier versions
   */
  record WorkerHello(
      ClusterName cluster,
      String worker,
      Map<ApplicationName, LedgerSummary> ledgers,
      Optional<String> renderIsolation)
      implements ResultEvent {
    public WorkerHello {
      ledgers = Map.copyOf(ledgers);
    }

    @Override
    public String key() {
      return cluster.value();
    }
  }

  /**
   * One ledger as a {@link WorkerHello} reports it.
   *
   * @param generation the newest that was begun; 0 if none was
   * @param phase the name of a {@link Phase}, or of one that a later version adds
   * @param inputDigest the digest of the generation's inputs; empty if there are none
   */
  record LedgerSummary(long generation, String phase, String inputDigest) {

    /** Progress of the newest generation of a ledger. */
    public enum Phase {
      /** None was begun. */
      NEW,
      /** It was begun, and may be unfinished. */
      APPLYING,
      /** It is done: the cluster is up to date. */
      DONE,
      /** A removal was begun, and may be unfinished. */
      REMOVING,
      /** A removal is done. */
      REMOVED;

      /** Returns whether no writes can be in progress, except a fenced worker's. */
      public boolean isSettled() {
        return switch (this) {
          case DONE, REMOVED -> true;
          case NEW, APPLYING, REMOVING -> false;
        };
      }
    }

    public LedgerSummary(Optional<Generation> generation, Phase phase, String inputDigest) {
      this(Generation.numberOf(generation), phase.name(), inputDigest);
    }

    /** Returns whether the ledger is in this phase. */
    public boolean isIn(Phase other) {
      return phase.equals(other.name());
    }
  }

  /**
   * The times at which the steps were finished.
   *
   * @param receivedAt the time at which the worker read the target from the topic
   * @param renderedAt the time at which the rendering was finished
   * @param plannedAt the time at which the plan was finished
   * @param appliedAt the time at which the last object was applied
   */
  record Timings(Instant receivedAt, Instant renderedAt, Instant plannedAt, Instant appliedAt) {}
}

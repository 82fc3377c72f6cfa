package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a target: the audit log. Topic {@code results}, keyed by cluster and application.
 */
public sealed interface ResultEvent extends Event {

  ClusterName cluster();

  /** A result about one generation of one application. */
  sealed interface OfTarget extends ResultEvent {

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
   * A home has sent a target or a removal to the cluster.
   *
   * @param inputDigest empty for a removal
   * @param reason the path that made it differ, or what else did
   */
  record Dispatched(
      Subject subject, Optional<String> inputDigest, String reason, Provenance provenance)
      implements OfTarget {}

  /**
   * Rendering succeeded and this is what will be done.
   *
   * @param omitted how many changes more there are than one record may list; absent if none
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
   * The cluster holds the target. Objects that needed no call are left out of the change set.
   *
   * @param renderer who rendered it, with its version, several joined by ", "; absent in events of
   *     earlier versions
   * @param omitted as in {@link Planned}
   * @param kept objects that are still to be deleted: other applications may claim them, or an
   *     approval is awaited. The generation is parked until then; present only if there are any
   */
  record Applied(
      Subject subject,
      List<ObjectChange> changes,
      int objects,
      Timings timings,
      Optional<String> renderer,
      Optional<Integer> omitted,
      Optional<List<ObjectRef>> kept)
      implements OfTarget {
    public Applied {
      changes = List.copyOf(changes);
      kept = kept.map(List::copyOf).filter(refs -> !refs.isEmpty());
    }

    /** A target that the cluster holds, with nothing left to delete. */
    public Applied(
        Subject subject,
        List<ObjectChange> changes,
        int objects,
        Timings timings,
        Optional<String> renderer) {
      this(subject, changes, objects, timings, renderer, Optional.empty(), Optional.empty());
    }
  }

  /**
   * The cluster already held exactly this.
   *
   * @param renderer as in {@link Applied}
   */
  record Unchanged(Subject subject, int objects, Optional<String> renderer) implements OfTarget {}

  /** A newer generation came before this one was done. */
  record Superseded(Subject subject, long by) implements OfTarget {}

  /** Transient trouble: it will be tried again. */
  record Retrying(Subject subject, int attempt, Duration delay, Failure failure)
      implements OfTarget {}

  /** It does not go as things are; a dead letter is open. */
  record Parked(Subject subject, Failure failure, String wakesOn) implements OfTarget {}

  /**
   * A removal is done: the application's objects are gone (or orphaned).
   *
   * @param omitted as in {@link Planned}
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
   * This worker was about to write something older than the ledger, or something else under the
   * ledger's number, and did not.
   */
  record Fenced(Subject subject, long ledgerGeneration) implements OfTarget {}

  /**
   * Objects that a fenced worker had left behind were found by label and removed.
   *
   * @param omitted as in {@link Planned}
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
   * A worker took the lead and tells what the cluster's ledgers hold. Many ledgers are told in
   * several of these.
   *
   * @param renderIsolation what keeps renderers apart from the worker: {@code bubblewrap}, {@code
   *     namespaces}, {@code user} or {@code none}; absent if an older worker says nothing
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
   * What the newest target of an application would change in the cluster, as someone asked. A large
   * answer comes in several parts, which differ in their differences and say the same otherwise.
   *
   * @param question the event id of the question
   * @param by who asked
   * @param generation the newest that the topic has; absent if it has none
   * @param ledgerGeneration the one that the cluster was last given; absent if there is none
   * @param differences by object; empty: applying it again changes nothing
   * @param omitted how many objects more differ
   * @param failure why it could not be compared
   * @param part the number of this part, from 1; absent if there is only this
   * @param parts how many parts there are; absent if there is only this
   */
  record DiffAnswered(
      ClusterName cluster,
      ApplicationName application,
      EventId question,
      String by,
      Optional<Long> generation,
      Optional<Long> ledgerGeneration,
      List<ObjectDifference> differences,
      int omitted,
      Optional<Failure> failure,
      Optional<Integer> part,
      Optional<Integer> parts)
      implements ResultEvent {
    public DiffAnswered {
      differences = List.copyOf(differences);
    }

    public DiffAnswered(
        ClusterName cluster,
        ApplicationName application,
        EventId question,
        String by,
        Optional<Long> generation,
        Optional<Long> ledgerGeneration,
        List<ObjectDifference> differences,
        int omitted,
        Optional<Failure> failure) {
      this(
          cluster,
          application,
          question,
          by,
          generation,
          ledgerGeneration,
          differences,
          omitted,
          failure,
          Optional.empty(),
          Optional.empty());
    }

    @Override
    public String key() {
      return cluster + "/" + application;
    }
  }

  /** One ledger in a hello. */
  record LedgerSummary(long generation, String phase, String inputDigest) {}

  /**
   * When the steps were finished.
   *
   * @param receivedAt when the worker read the target from the topic
   */
  record Timings(Instant receivedAt, Instant renderedAt, Instant plannedAt, Instant appliedAt) {}
}

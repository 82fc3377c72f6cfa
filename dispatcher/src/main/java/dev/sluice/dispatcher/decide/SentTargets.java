package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.SourceCommit;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.DispatchListener.Affected;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Draft of what was sent last to each cluster of an application. Only this class assigns
 * generations.
 */
final class SentTargets {

  private static final String REMOVED = "the fleet no longer has it here";

  private final ApplicationName application;
  private final Map<ClusterName, Dispatched> last;
  private final Decision decision;

  SentTargets(ApplicationState before, Decision decision) {
    this.application = before.application();
    this.last = new HashMap<>(before.dispatched());
    this.decision = decision;
  }

  Optional<Dispatched> in(ClusterName cluster) {
    return Optional.ofNullable(last.get(cluster));
  }

  Optional<Generation> generation(ClusterName cluster) {
    return in(cluster).map(Dispatched::generation);
  }

  Generation next(ClusterName cluster) {
    return generation(cluster).map(Generation::next).orElse(Generation.FIRST);
  }

  /** Returns the last target that was sent to a cluster, which stays in force. */
  Optional<Subject> subject(ClusterName cluster) {
    return in(cluster)
        .map(
            sent ->
                new Subject(
                    cluster,
                    application,
                    sent.generation(),
                    sent.commit(),
                    EventId.of("sync", cluster, application, sent.generation())));
  }

  /**
   * Sends a target of the next generation.
   *
   * @param repeated the earlier generation that it repeats, if it does
   * @return why it cannot be sent if it is too large
   */
  Optional<Failure> add(
      SyncEvent.Target target,
      String reason,
      List<RefPosition> positions,
      Optional<Generation> repeated) {
    Optional<Failure> tooLarge = OutgoingRecord.tooLarge(target);
    if (tooLarge.isPresent()) {
      return tooLarge;
    }
    OutgoingRecord outgoing = decision.encoded(target.id(), target);
    if (outgoing.tooLarge().isPresent()) {
      return outgoing.tooLarge();
    }
    decision.add(outgoing);
    sent(target, Optional.of(target));
    decision.add(
        new ResultEvent.Dispatched(
            Subject.of(target),
            Optional.of(target.inputDigest()),
            reason,
            target.provenance(),
            Optional.of(positions),
            repeated));
    decision.affected(new Affected(application, target.cluster(), target.generation(), reason));
    return Optional.empty();
  }

  /** Sends a removal; returns false if there is nothing in the cluster to remove. */
  boolean remove(ClusterName cluster, boolean orphan, Provenance provenance) {
    if (in(cluster).flatMap(Dispatched::inputDigest).isEmpty()) {
      return false;
    }
    SyncEvent.Removal removal =
        new SyncEvent.Removal(application, cluster, next(cluster), orphan, provenance);
    decision.add(removal);
    decision.add(
        new ResultEvent.Dispatched(Subject.of(removal), Optional.empty(), REMOVED, provenance));
    sent(removal, Optional.empty());
    return true;
  }

  /** Continues counting from the generation that the cluster has reached. */
  void countFrom(ClusterName cluster, Generation reached) {
    Optional<Dispatched> before = in(cluster);
    last.put(
        cluster,
        new Dispatched(
            reached,
            before.flatMap(Dispatched::inputDigest),
            before.flatMap(Dispatched::commit),
            Optional.empty(),
            before.flatMap(Dispatched::others)));
  }

  /** Returns what was sent last by cluster, for the state. */
  Map<ClusterName, Dispatched> all() {
    return Map.copyOf(last);
  }

  private void sent(SyncEvent sync, Optional<SyncEvent.Target> target) {
    last.put(
        sync.cluster(),
        new Dispatched(
            sync.generation(),
            target.map(SyncEvent.Target::inputDigest),
            target.map(SyncEvent.Target::commit),
            Optional.of(decision.now()),
            target.map(SentTargets::others)));
  }

  /** Returns the commits of the sources after the first one. */
  private static List<SourceCommit> others(SyncEvent.Target target) {
    return target.sources().stream()
        .skip(1)
        .map(source -> new SourceCommit(source.repository(), source.ref(), source.commit()))
        .toList();
  }
}

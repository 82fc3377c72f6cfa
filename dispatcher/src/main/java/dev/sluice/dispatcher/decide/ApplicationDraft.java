package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.RefPosition;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener.Affected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Draft of one application's next state during a decision. Only this class assigns generations. */
public final class ApplicationDraft {

  /**
   * Number of carried-out commands to remember; a repeated command follows soon, when its answer
   * did not arrive.
   */
  private static final int REMEMBERED_COMMANDS = 20;

  private static final String REMOVED = "the fleet no longer has it here";

  private final ApplicationState before;
  private final Map<ClusterName, Dispatched> dispatched;
  private final Map<ClusterName, Integer> refused;
  private final Map<ClusterName, Hold> holds;
  private final Map<ClusterName, Demand> demands;
  private final List<EventId> carriedOut;
  private final PossibleAnnouncements possible;
  private final Decision decision;

  ApplicationDraft(ApplicationState before, Decision decision) {
    this.before = before;
    this.dispatched = new HashMap<>(before.dispatched());
    this.refused = new HashMap<>(before.refused());
    this.holds = new HashMap<>(before.holds());
    this.demands = new HashMap<>(before.demands());
    this.carriedOut = new ArrayList<>(before.carriedOut().orElse(List.of()));
    this.possible =
        new PossibleAnnouncements(
            before.application(), before.possible().orElse(Map.of()), decision);
    this.decision = decision;
  }

  ApplicationName name() {
    return before.application();
  }

  boolean isDefinedAs(Definition definition) {
    return before.definition().equals(Optional.of(definition));
  }

  /**
   * Sends a target unless the last one had the same inputs and no command demands it again. Inputs
   * of a suspended application, or of another commit than the restored one, are not sent.
   *
   * @param positions of the sources' commits
   */
  void send(
      Finding.Differs finding,
      Provenance provenance,
      List<RefPosition> positions,
      OriginalRecord origin) {
    ClusterTarget cluster = finding.cluster();
    Hold hold = holds.get(cluster.name());
    if (hold != null && !hold.commit().equals(Optional.of(finding.payload().commit()))) {
      return;
    }
    Dispatched last = dispatched.get(cluster.name());
    String digest = finding.payload().digest();
    Demand demand = demands.get(cluster.name());
    if (demand == null && last != null && last.inputDigest().equals(Optional.of(digest))) {
      closeSourceFailure(cluster.name());
      return;
    }
    SyncEvent.Target target =
        new SyncEvent.Target(
            name(),
            cluster.name(),
            next(cluster.name()),
            finding.definition().spec(),
            finding.payload().sources(),
            demand != null && demand.approved(),
            digest,
            provenance,
            demand == null ? Optional.empty() : demand.approval());
    OutgoingRecord outgoing = decision.encoded(target.id(), target);
    if (outgoing.value().length > OutgoingRecord.MAX_BYTES) {
      Failure failure = outgoing.tooLarge();
      decision.refused(before, failure);
      refuse(cluster.name(), failure, origin);
      possible.announce(cluster.name(), failure, PossibleObjects.of(target), provenance);
      return;
    }
    decision.add(outgoing);
    possible.replaced(cluster.name()); // the target states its objects
    dispatched.put(
        cluster.name(),
        new Dispatched(target.generation(), Optional.of(digest), Optional.of(target.commit())));
    demands.remove(cluster.name());
    addDispatched(target, finding.reason(), positions);
    decision.affected(new Affected(name(), cluster.name(), target.generation(), finding.reason()));
    closeSourceFailure(cluster.name());
  }

  /** Removes the application from a cluster if it was sent there and is not removed already. */
  void remove(ClusterName cluster, boolean orphan, Provenance provenance) {
    close(cluster, DeadLetterEvent.Closed.Reason.REMOVED);
    demands.remove(cluster);
    if (isSuspension(holds.remove(cluster))) {
      announceSuspension(cluster, "dispatcher", REMOVED);
    }
    Dispatched last = dispatched.get(cluster);
    if (last == null || last.inputDigest().isEmpty()) {
      possible.withdraw(cluster);
      return;
    }
    possible.replaced(cluster);
    SyncEvent.Removal removal =
        new SyncEvent.Removal(name(), cluster, next(cluster), orphan, provenance);
    decision.add(removal);
    addDispatched(removal, REMOVED, List.of());
    dispatched.put(
        cluster, new Dispatched(removal.generation(), Optional.empty(), Optional.empty()));
  }

  /** Returns what clusters are told of the objects that refused sources may have. */
  PossibleAnnouncements possible() {
    return possible;
  }

  void refuse(ClusterName cluster, Failure failure, OriginalRecord origin) {
    int attempts = refused.merge(cluster, 1, Integer::sum);
    DeadLetterId entry = entry(cluster);
    if (attempts == 1) {
      Optional<Subject> subject =
          Optional.ofNullable(dispatched.get(cluster)).map(last -> subject(cluster, last));
      decision.add(
          new DeadLetterEvent.Opened(
              entry,
              key(cluster),
              subject,
              failure,
              attempts,
              origin,
              Optional.of(decision.now())));
    } else {
      decision.add(new DeadLetterEvent.Retried(entry, key(cluster), attempts, failure));
    }
  }

  /** Records that the command is carried out by this decision, so that it is not repeated. */
  void carriedOut(EventId command) {
    carriedOut.add(command);
    if (carriedOut.size() > REMEMBERED_COMMANDS) {
      carriedOut.removeFirst();
    }
  }

  /** Holds the application at a commit, or suspends it. */
  void hold(ClusterName cluster, Hold hold) {
    if (isSuspension(holds.put(cluster, hold)) || isSuspension(hold)) {
      announceSuspension(cluster, hold.by(), hold.reason());
    }
  }

  /**
   * Ends a hold, so that the application follows Git again. The end of the suspension is announced
   * to the worker even if there was no hold, because the worker may have missed an earlier
   * announcement.
   */
  void resume(ClusterName cluster, String by, String reason) {
    holds.remove(cluster);
    announceSuspension(cluster, by, reason);
  }

  static boolean isSuspension(@Nullable Hold hold) {
    return hold != null && hold.commit().isEmpty();
  }

  /** Tells the cluster's worker whether it may heal the application's drift. */
  private void announceSuspension(ClusterName cluster, String by, String reason) {
    decision.add(
        new SuspensionEvent(name(), cluster, isSuspension(holds.get(cluster)), by, reason));
  }

  void demand(ClusterName cluster, Demand demand) {
    demands.put(cluster, demand);
  }

  /** Continues counting from the generation that the cluster has reached. */
  void countFrom(ClusterName cluster, Generation reached) {
    Dispatched last = dispatched.get(cluster);
    dispatched.put(
        cluster,
        new Dispatched(
            reached,
            last == null ? Optional.empty() : last.inputDigest(),
            last == null ? Optional.empty() : last.commit()));
    announceSuspension(cluster, "dispatcher", "the partition's state was lost");
  }

  /** Closes a dead letter as discarded by an operator, which may be the one about the sources. */
  void discard(ClusterName cluster, DeadLetterId entry, String by, String why) {
    if (!entry.equals(entry(cluster)) || refused.remove(cluster) != null) {
      decision.add(
          DeadLetterEvent.Closed.discarded(entry, key(cluster), generation(cluster), by, why));
    }
  }

  /** Closes the dead letter about the sources, which are valid again for this cluster. */
  void closeSourceFailure(ClusterName cluster) {
    possible.withdraw(cluster);
    close(cluster, DeadLetterEvent.Closed.Reason.SUCCEEDED);
  }

  /** Returns the next state; empty if nothing changed. */
  Optional<ApplicationState> changed(Optional<Definition> definition, String fleetRevision) {
    ApplicationState after =
        new ApplicationState(
            name(),
            definition,
            fleetRevision,
            dispatched,
            refused,
            holds,
            demands,
            definition.isPresent() ? Optional.empty() : retiredOwner(),
            carriedOut.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(carriedOut)),
            Optional.of(possible.digests()));
    return after.equals(before) ? Optional.empty() : Optional.of(after);
  }

  Optional<ApplicationState> changed() {
    return changed(before.definition(), before.fleetRevision());
  }

  private Optional<RepositoryId> retiredOwner() {
    return before.definition().map(Definition::owningRepository).or(before::retiredOwner);
  }

  ApplicationState before() {
    return before;
  }

  private void close(ClusterName cluster, DeadLetterEvent.Closed.Reason reason) {
    if (refused.remove(cluster) != null) {
      decision.add(
          new DeadLetterEvent.Closed(entry(cluster), key(cluster), reason, generation(cluster)));
    }
  }

  private void addDispatched(SyncEvent sync, String reason, List<RefPosition> positions) {
    Optional<String> digest =
        sync instanceof SyncEvent.Target target
            ? Optional.of(target.inputDigest())
            : Optional.empty();
    decision.add(
        new ResultEvent.Dispatched(
            Subject.of(sync), digest, reason, sync.provenance(), Optional.of(positions)));
  }

  private Optional<Generation> generation(ClusterName cluster) {
    return Optional.ofNullable(dispatched.get(cluster)).map(Dispatched::generation);
  }

  private Generation next(ClusterName cluster) {
    return generation(cluster).map(Generation::next).orElse(Generation.FIRST);
  }

  /** Returns the last good target, which stays in force, as the subject of the dead letter. */
  private Subject subject(ClusterName cluster, Dispatched last) {
    return new Subject(
        cluster,
        name(),
        last.generation(),
        last.commit(),
        EventId.of("sync", cluster, name(), last.generation()));
  }

  private String key(ClusterName cluster) {
    return cluster + "/" + name();
  }

  private DeadLetterId entry(ClusterName cluster) {
    return DeadLetterId.ofSources(cluster, name());
  }
}

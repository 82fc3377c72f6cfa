package dev.sluice.dispatcher.home;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.kafka.KafkaConnection;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.home.DispatchListener.Affected;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One application's state while something is decided about it. Generations are given here and
 * nowhere else.
 */
final class ApplicationDraft {

  /** Leaves room for headers and framing in a record. */
  static final int MAX_TARGET_BYTES = KafkaConnection.MAX_RECORD_BYTES - 64 * 1024;

  private final ApplicationState before;
  private final Map<ClusterName, Dispatched> dispatched;
  private final Map<ClusterName, Integer> refused;
  private final Decision decision;

  ApplicationDraft(ApplicationState before, Decision decision) {
    this.before = before;
    this.dispatched = new HashMap<>(before.dispatched());
    this.refused = new HashMap<>(before.refused());
    this.decision = decision;
  }

  ApplicationName name() {
    return before.application();
  }

  boolean isDefinedAs(Definition definition) {
    return before.definition().equals(Optional.of(definition));
  }

  /** Sends a target, unless exactly this was what was sent last. */
  void send(Finding.Differs finding, Provenance provenance, OriginalRecord origin) {
    ClusterTarget cluster = finding.cluster();
    Dispatched last = dispatched.get(cluster.name());
    String digest = finding.payload().digest();
    if (last != null && last.inputDigest().equals(Optional.of(digest))) {
      heal(cluster.name());
      return;
    }
    SyncEvent.Target target =
        new SyncEvent.Target(
            name(),
            cluster.name(),
            next(cluster.name()),
            finding.definition().spec(),
            finding.payload().sources(),
            digest,
            provenance);
    Outgoing outgoing = decision.encoded(target.id(), target);
    if (outgoing.value().length > MAX_TARGET_BYTES) {
      Failure failure = tooLarge(outgoing.value().length);
      decision.refused(before, failure);
      refuse(cluster.name(), failure, origin);
      return;
    }
    decision.add(outgoing);
    dispatched.put(
        cluster.name(),
        new Dispatched(target.generation(), Optional.of(digest), Optional.of(target.commit())));
    decision.affected(new Affected(name(), cluster.name(), target.generation(), finding.reason()));
    heal(cluster.name());
  }

  /** Takes the application out of a cluster, if it was ever sent there and is not out already. */
  void remove(ClusterName cluster, boolean orphan, Provenance provenance) {
    close(cluster, DeadLetterEvent.Closed.Reason.REMOVED);
    Dispatched last = dispatched.get(cluster);
    if (last == null || last.inputDigest().isEmpty()) {
      return;
    }
    SyncEvent.Removal removal =
        new SyncEvent.Removal(name(), cluster, next(cluster), orphan, provenance);
    decision.add(removal);
    dispatched.put(
        cluster, new Dispatched(removal.generation(), Optional.empty(), Optional.empty()));
  }

  void refuse(ClusterName cluster, Failure failure, OriginalRecord origin) {
    int attempts = refused.merge(cluster, 1, Integer::sum);
    String entry = entry(cluster);
    if (attempts == 1) {
      Optional<Subject> subject =
          Optional.ofNullable(dispatched.get(cluster)).map(last -> subject(cluster, last));
      decision.add(
          new DeadLetterEvent.Opened(entry, key(cluster), subject, failure, attempts, origin));
    } else {
      decision.add(new DeadLetterEvent.Retried(entry, key(cluster), attempts, failure));
    }
  }

  /** The sources are good again in this cluster: the dead letter about them is closed. */
  void heal(ClusterName cluster) {
    close(cluster, DeadLetterEvent.Closed.Reason.SUCCEEDED);
  }

  /** The state as it is now, if anything changed. */
  Optional<ApplicationState> changed(Optional<Definition> definition, String fleetRevision) {
    ApplicationState after =
        new ApplicationState(name(), definition, fleetRevision, dispatched, refused);
    return after.equals(before) ? Optional.empty() : Optional.of(after);
  }

  Optional<ApplicationState> changed() {
    return changed(before.definition(), before.fleetRevision());
  }

  ApplicationState before() {
    return before;
  }

  private void close(ClusterName cluster, DeadLetterEvent.Closed.Reason reason) {
    if (refused.remove(cluster) != null) {
      Dispatched last = dispatched.get(cluster);
      long generation = last == null ? 0 : last.generation().value();
      decision.add(new DeadLetterEvent.Closed(entry(cluster), key(cluster), reason, generation));
    }
  }

  private Generation next(ClusterName cluster) {
    Dispatched last = dispatched.get(cluster);
    return last == null ? Generation.FIRST : last.generation().next();
  }

  /** The dead letter is about the last good target: that one stays in force. */
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

  private String entry(ClusterName cluster) {
    return key(cluster) + "/source";
  }

  private static Failure tooLarge(int bytes) {
    return new Failure(
        "TargetTooLarge",
        "the input files make a target of %d bytes, and at most %d fit a record: split the application"
            .formatted(bytes, MAX_TARGET_BYTES),
        Failure.Stage.SOURCE,
        Optional.empty());
  }
}

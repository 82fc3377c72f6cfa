package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.live.Contention;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.live.Suspect;
import dev.sluice.worker.live.UnownedObjects;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reports the drift of one application when it changes. Each event lists all drift there is at that
 * time. Not thread-safe.
 */
final class DriftReports {

  private final Reporter reporter;
  private final LiveObjects live;

  /** The drift of the generation that was reported and not put back. */
  private Map<ObjectId, ObjectDrift> reported = new HashMap<>();

  private Optional<Generation> generation = Optional.empty();

  /** Whether something was reported; an earlier worker may have reported drift that has ended. */
  private boolean hasReported;

  DriftReports(Reporter reporter, LiveObjects live) {
    this.reporter = reporter;
    this.live = live;
  }

  /** Begins to report about a generation; does nothing if it is the same as before. */
  void begin(Generation now) {
    if (!generation.equals(Optional.of(now))) {
      generation = Optional.of(now);
      reported = new HashMap<>();
    }
  }

  /**
   * Reports the drift that is left, if it is another than before.
   *
   * @param found the drift that was found now
   * @param heals whether the worker puts it back when it can
   */
  void left(LogEntry entry, Map<ObjectId, ObjectDrift> found, boolean heals)
      throws ReportException, InterruptedException {
    Map<ObjectId, ObjectDrift> now = new HashMap<>(reported);
    now.putAll(found);
    now.keySet()
        .retainAll(
            Stream.concat(
                    live.differing(entry.application()).stream().map(Suspect::ref),
                    live.returned(entry.application()).stream().map(UnownedObjects.Returned::ref))
                .map(ObjectRef::id)
                .collect(Collectors.toSet()));
    if (now.equals(reported) && hasReported) {
      return;
    }
    send(
        entry,
        now.isEmpty()
            ? new ObservedEvent.DriftEnded(entry.subject())
            : new ObservedEvent.Drifted(entry.subject(), sorted(now), Optional.empty(), heals));
    reported = now;
  }

  /** Reports the objects that differ in fields that are unknown, since they cannot be compared. */
  void unknown(LogEntry entry, boolean heals) throws ReportException, InterruptedException {
    Map<ObjectId, ObjectDrift> found = new HashMap<>();
    for (Suspect suspect : live.differing(entry.application())) {
      ObjectId object = suspect.ref().id();
      if (!reported.containsKey(object)) {
        ObjectDrift.Kind kind =
            suspect.state().isPresent() ? ObjectDrift.Kind.CHANGED : ObjectDrift.Kind.DELETED;
        found.put(
            object, new ObjectDrift(suspect.ref(), kind, List.of(), List.of(), suspect.since()));
      }
    }
    left(entry, found, heals);
  }

  /** Reports what was put back, and what had differed. */
  void healed(LogEntry entry, DriftComparison comparison, Instant now)
      throws ReportException, InterruptedException {
    Map<ObjectId, ObjectDrift> drifts = comparison.drifts();
    if (drifts.isEmpty()) {
      return;
    }
    Map<ObjectId, ObjectDrift> all = new HashMap<>(reported);
    all.putAll(drifts);
    send(entry, new ObservedEvent.Drifted(entry.subject(), sorted(all), Optional.empty(), true));
    reported = all;
    List<ObjectChange> changes = new ArrayList<>(comparison.renewed());
    for (ObjectDrift drift : sorted(drifts)) {
      changes.add(
          switch (drift.kind()) {
            case DELETED -> new ObjectChange(drift.object(), ObjectChange.Action.CREATED);
            case RETURNED ->
                ObjectChange.deleted(
                    drift.object(),
                    Optional.empty(),
                    Optional.empty(),
                    ObjectChange.Cause.RETURNED);
            case CHANGED, TAKEN_OVER ->
                new ObjectChange(drift.object(), ObjectChange.Action.CONFIGURED);
          });
    }
    Instant since =
        drifts.values().stream().map(ObjectDrift::since).min(Comparator.naturalOrder()).orElse(now);
    send(
        entry,
        new ObservedEvent.Healed(
            entry.subject(), changes, Duration.between(since, now), Optional.empty()));
    drifts.keySet().forEach(reported::remove);
  }

  /** Reports an object that another writer changes each time after it was put back. */
  void contended(LogEntry entry, ObjectDrift drift, Contention.Pause pause)
      throws ReportException, InterruptedException {
    send(
        entry,
        new ObservedEvent.Contended(
            entry.subject(),
            drift.object(),
            drift.writers(),
            pause.heals(),
            Contention.WINDOW,
            pause.length()));
  }

  private static List<ObjectDrift> sorted(Map<ObjectId, ObjectDrift> drifts) {
    return drifts.values().stream().sorted(Comparator.comparing(ObjectDrift::object)).toList();
  }

  private void send(LogEntry entry, ObservedEvent event)
      throws ReportException, InterruptedException {
    reporter.send(event, entry.trace()).await();
    hasReported = true;
  }
}

package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.Containment;
import dev.sluice.platform.process.FatalErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The diagnoses of unhealthy objects. Since they read Pods and Events, they run one at a time, with
 * rests: a rollout of a thousand applications must not compete with its own diagnoses. An object
 * that was not diagnosed yet comes before those that are diagnosed again. As long as the health of
 * an object has the same reason, that happens after longer and longer times.
 */
final class Diagnoses implements AutoCloseable {

  private static final Duration FIRST = Duration.ofSeconds(3);
  private static final Backoff NEXT = new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));

  /** A rest is this many times as long as the diagnosis before it. */
  private static final int REST = 10;

  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  private final Examination diagnosis;
  private final Consumer<ApplicationName> listener;
  private final Containment containment;
  private final Clock clock;
  private final PriorityQueue<Turn> turns = new PriorityQueue<>();
  private long queued;
  private boolean running;
  private boolean closed;
  private final Map<ApplicationName, Map<ObjectRef, Found>> found = new ConcurrentHashMap<>();

  /** A diagnosis that is due, with its place in the order. */
  private record Turn(
      boolean again, long number, ApplicationName application, ObjectRef object, Found begun)
      implements Comparable<Turn> {

    private static final Comparator<Turn> ORDER =
        Comparator.comparing(Turn::again).thenComparing(Turn::number);

    @Override
    public int compareTo(Turn other) {
      return ORDER.compare(this, other);
    }
  }

  /** A diagnosis of one object, which reads the cluster. */
  @FunctionalInterface
  interface Examination {
    Diagnosis.Finding of(ObjectRef object) throws InterruptedException;
  }

  /**
   * The last diagnosis of an object.
   *
   * @param reason of its health at that time
   * @param finding of the last diagnosis that ended
   * @param times the number of diagnoses while the health had this reason
   * @param at when it ended
   * @param isPending whether it waits for its turn, or runs
   */
  private record Found(
      Generation generation,
      String reason,
      Diagnosis.Finding finding,
      int times,
      Instant at,
      boolean isPending) {

    private Found ended(Diagnosis.Finding now, Instant time) {
      return new Found(generation, reason, now, times, time, false);
    }

    /** Returns when the next diagnosis is due. */
    Instant due(String reasonNow) {
      return at.plus(reason.equals(reasonNow) ? NEXT.after(times) : FIRST);
    }
  }

  /**
   * Creates the diagnoses.
   *
   * @param listener called when a diagnosis of an application's object has ended
   */
  Diagnoses(
      Examination diagnosis,
      Consumer<ApplicationName> listener,
      Containment containment,
      Clock clock) {
    this.diagnosis = diagnosis;
    this.listener = listener;
    this.containment = containment;
    this.clock = clock;
  }

  /** Returns what the last diagnosis of a generation's object found. */
  Optional<Diagnosis.Finding> of(
      ApplicationName application, Generation generation, ObjectRef object) {
    return last(application, generation, object).map(Found::finding);
  }

  /** Forgets the diagnoses of an application. */
  void forget(ApplicationName application) {
    found.remove(application);
  }

  /**
   * Diagnoses an unhealthy object, if that is due; returns when it is due, if it is not pending.
   *
   * @param reason of the object's health, without earlier findings
   * @param since when the application was seen to be unhealthy
   */
  Optional<Instant> diagnose(
      ApplicationName application,
      Generation generation,
      ObservedObject object,
      String reason,
      Instant since) {
    if (object.health() == Health.SUSPENDED || object.health() == Health.MISSING) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Optional<Found> last = last(application, generation, object.object());
    if (last.filter(Found::isPending).isPresent()) {
      return Optional.empty(); // the listener is called when it ends
    }
    Instant due =
        last.map(found -> found.due(reason))
            .orElse(object.health() == Health.PROGRESSING ? since.plus(FIRST) : now);
    if (due.isAfter(now)) {
      return Optional.of(due);
    }
    int times = last.filter(found -> found.reason().equals(reason)).map(Found::times).orElse(0);
    Found begun =
        new Found(
            generation,
            reason,
            last.map(Found::finding).orElse(Diagnosis.Finding.NOTHING),
            times + 1,
            now,
            true);
    found.computeIfAbsent(application, _ -> new ConcurrentHashMap<>()).put(object.object(), begun);
    queue(last.isPresent(), application, object.object(), begun);
    return Optional.empty();
  }

  private Optional<Found> last(
      ApplicationName application, Generation generation, ObjectRef object) {
    return Optional.ofNullable(found.getOrDefault(application, Map.of()).get(object))
        .filter(last -> last.generation().equals(generation));
  }

  private synchronized void queue(
      boolean again, ApplicationName application, ObjectRef object, Found begun) {
    turns.add(new Turn(again, queued++, application, object, begun));
    if (!running && !closed) {
      running = true;
      Thread.ofVirtual().name("diagnoses").start(this::run);
    }
  }

  private synchronized Optional<Turn> next() {
    Optional<Turn> next = closed ? Optional.empty() : Optional.ofNullable(turns.poll());
    running = next.isPresent();
    return next;
  }

  private void run() {
    try {
      for (Optional<Turn> turn = next(); turn.isPresent(); turn = next()) {
        take(turn.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Diagnoses an object, unless its application was found healthy or was applied meanwhile. */
  private void take(Turn turn) throws InterruptedException {
    if (!turn.begun().equals(found.getOrDefault(turn.application(), Map.of()).get(turn.object()))) {
      return;
    }
    long started = System.nanoTime();
    try {
      end(turn, diagnosis.of(turn.object()));
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      end(turn, turn.begun().finding());
      containment.failed("diagnosis", turn.object(), e);
    }
    rest(Duration.ofNanos(System.nanoTime() - started));
  }

  private static void rest(Duration after) throws InterruptedException {
    Duration rest = after.multipliedBy(REST);
    Thread.sleep(rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST);
  }

  private void end(Turn turn, Diagnosis.Finding finding) {
    Map<ObjectRef, Found> ofApplication = found.get(turn.application());
    if (ofApplication != null
        && ofApplication.replace(
            turn.object(), turn.begun(), turn.begun().ended(finding, clock.instant()))) {
      listener.accept(turn.application());
    }
  }

  /** Begins no further diagnosis. */
  @Override
  public synchronized void close() {
    closed = true;
    turns.clear();
  }
}

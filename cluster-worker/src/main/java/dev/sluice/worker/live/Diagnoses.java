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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * The diagnoses of unhealthy objects. Since they read Pods and Events, they run one at a time, in
 * the order in which they became due, with rests: a rollout of a thousand applications must not
 * compete with its own diagnoses. As long as the health of an object has the same reason, it is
 * diagnosed again after longer and longer times.
 */
final class Diagnoses {

  private static final Duration FIRST = Duration.ofSeconds(3);
  private static final Backoff NEXT = new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));

  /** A rest is this many times as long as the diagnosis before it. */
  private static final int REST = 10;

  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  private final Examination diagnosis;
  private final Consumer<ApplicationName> listener;
  private final Containment containment;
  private final Clock clock;
  private final Semaphore turn = new Semaphore(1, true);
  private final Map<ApplicationName, Map<ObjectRef, Found>> found = new ConcurrentHashMap<>();

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
      return Optional.empty(); // its end is told to the listener
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
    Thread.ofVirtual()
        .name("diagnosis " + object.object())
        .start(() -> run(application, object.object(), begun));
    return Optional.empty();
  }

  private Optional<Found> last(
      ApplicationName application, Generation generation, ObjectRef object) {
    return Optional.ofNullable(found.getOrDefault(application, Map.of()).get(object))
        .filter(last -> last.generation().equals(generation));
  }

  private void run(ApplicationName application, ObjectRef object, Found begun) {
    try {
      turn.acquire();
      try {
        if (isStill(application, object, begun)) {
          long started = System.nanoTime();
          end(application, object, begun, diagnosis.of(object));
          rest(Duration.ofNanos(System.nanoTime() - started));
        }
      } finally {
        turn.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      containment.failed("diagnosis", object, e);
      end(application, object, begun, begun.finding());
    }
  }

  private static void rest(Duration after) throws InterruptedException {
    Duration rest = after.multipliedBy(REST);
    Thread.sleep(rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST);
  }

  /** Returns whether the object has not become healthy or been applied again meanwhile. */
  private boolean isStill(ApplicationName application, ObjectRef object, Found begun) {
    return begun.equals(found.getOrDefault(application, Map.of()).get(object));
  }

  private void end(
      ApplicationName application, ObjectRef object, Found begun, Diagnosis.Finding finding) {
    Map<ObjectRef, Found> ofApplication = found.get(application);
    if (ofApplication != null
        && ofApplication.replace(object, begun, begun.ended(finding, clock.instant()))) {
      listener.accept(application);
    }
  }
}

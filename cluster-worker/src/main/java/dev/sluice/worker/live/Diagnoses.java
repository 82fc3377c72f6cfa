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
 * The diagnoses of unhealthy objects. A few run at once. As long as the health of an object has the
 * same reason, it is diagnosed again after longer and longer times, since that reads its Pods and
 * Events.
 */
final class Diagnoses {

  private static final Duration FIRST = Duration.ofSeconds(3);
  private static final Backoff NEXT = new Backoff(Duration.ofSeconds(15), Duration.ofMinutes(10));
  private static final int AT_ONCE = 4;

  private final Diagnosis diagnosis;
  private final Consumer<ApplicationName> listener;
  private final Containment containment;
  private final Clock clock;
  private final Semaphore running = new Semaphore(AT_ONCE);
  private final Map<ApplicationName, Map<ObjectRef, Found>> found = new ConcurrentHashMap<>();

  /**
   * The last diagnosis of an object.
   *
   * @param reason of its health at that time
   * @param finding of the last diagnosis that ended
   * @param times the number of diagnoses while the health had this reason
   */
  private record Found(
      Generation generation, String reason, Diagnosis.Finding finding, int times, Instant at) {

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
      Diagnosis diagnosis,
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
   * Diagnoses an unhealthy object, if that is due; returns when it is due next.
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
            now);
    found.computeIfAbsent(application, _ -> new ConcurrentHashMap<>()).put(object.object(), begun);
    Thread.ofVirtual()
        .name("diagnosis " + object.object())
        .start(() -> run(application, object.object(), begun));
    return Optional.of(begun.due(reason));
  }

  private Optional<Found> last(
      ApplicationName application, Generation generation, ObjectRef object) {
    return Optional.ofNullable(found.getOrDefault(application, Map.of()).get(object))
        .filter(last -> last.generation().equals(generation));
  }

  private void run(ApplicationName application, ObjectRef object, Found begun) {
    try {
      running.acquire();
      try {
        Diagnosis.Finding finding = diagnosis.of(object);
        Found ended =
            new Found(begun.generation(), begun.reason(), finding, begun.times(), begun.at());
        Map<ObjectRef, Found> ofApplication = found.get(application);
        if (ofApplication != null && ofApplication.replace(object, begun, ended)) {
          listener.accept(application);
        }
      } finally {
        running.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      containment.failed("diagnosis", object, e);
    }
  }
}

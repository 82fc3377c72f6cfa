package dev.sluice.worker.live;

import dev.sluice.contract.name.ObjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Slows down the heals of objects that another writer changes each time: after some heals in a
 * short time, each further one waits, twice as long each time. Not thread-safe.
 */
public final class Contention {

  private static final int FREE_HEALS = 5;

  /** The time in which heals are counted. */
  public static final Duration WINDOW = Duration.ofMinutes(10);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);

  private final Map<ObjectId, Heals> objects = new HashMap<>();

  private static final class Heals {
    private final Deque<Instant> times = new ArrayDeque<>();
    private int pauses;
    private Instant next = Instant.MIN;
  }

  /**
   * A pause that begins.
   *
   * @param heals the number of heals in the window
   */
  public record Pause(int heals, Duration length) {}

  /** Returns when an object may be healed again; a past time if it may be now. */
  public Instant next(ObjectId object) {
    Heals heals = objects.get(object);
    return heals == null ? Instant.MIN : heals.next;
  }

  /** Records a heal; returns the pause after it, if there is one. */
  public Optional<Pause> healed(ObjectId object, Instant now) {
    objects.values().removeIf(heals -> isQuiet(heals, now));
    Heals heals = objects.computeIfAbsent(object, _ -> new Heals());
    heals.times.addLast(now);
    while (heals.times.size() > FREE_HEALS) {
      heals.times.removeFirst();
    }
    boolean often =
        heals.times.size() == FREE_HEALS && heals.times.getFirst().plus(WINDOW).isAfter(now);
    if (!often && heals.pauses == 0) {
      return Optional.empty();
    }
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(heals.pauses, 10));
    pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    heals.pauses++;
    heals.next = now.plus(pause);
    return Optional.of(new Pause(heals.times.size(), pause));
  }

  /** Returns whether an object was left alone for so long that its heals are forgotten. */
  private static boolean isQuiet(Heals heals, Instant now) {
    Instant last = heals.times.getLast();
    Instant from = heals.next.isAfter(last) ? heals.next : last;
    return from.plus(WINDOW).isBefore(now);
  }
}

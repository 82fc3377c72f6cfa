package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.health.Health;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.plan.LiveState;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The observed state of one live object, reduced to what is compared. Guarded by the lock of {@link
 * LiveObjects}.
 */
final class LiveObjectState {

  private static final ObjectHealth UNSEEN =
      new ObjectHealth(Health.UNKNOWN, "it was not read yet");
  private static final ObjectHealth ENDED =
      new ObjectHealth(Health.HEALTHY, "it has ended and was deleted");
  private static final ObjectHealth UNWATCHED =
      new ObjectHealth(Health.HEALTHY, "it is left alone, and not watched");
  private static final ObjectHealth MISSING = new ObjectHealth(Health.MISSING, "it does not exist");

  private final LiveApplication application;
  private ObjectRef ref;

  /** The state in which the last apply left it; null if that is not known. */
  private @Nullable LiveState expected;

  /** The state in which it was seen last; null if it does not exist. */
  private @Nullable LiveState seen;

  /** The state that was last compared in full; null for none, or for an object that is gone. */
  private @Nullable LiveState checked;

  private boolean isChecked;
  private boolean isSeen;
  private boolean isUnobservable;
  private long version;
  private ObjectHealth health = UNSEEN;
  private @Nullable Instant differsSince;

  LiveObjectState(LiveApplication application, ObjectRef ref) {
    this.application = application;
    this.ref = ref;
  }

  LiveApplication application() {
    return application;
  }

  ObjectRef ref() {
    return ref;
  }

  ObjectHealth health() {
    return health;
  }

  /** Returns whether it was seen, or is known not to be visible. */
  boolean isKnown() {
    return isSeen || isUnobservable || LiveState.ANY.equals(expected);
  }

  /** Takes over what is known of the same object in another application. */
  void seenAs(LiveObjectState other) {
    isSeen = other.isSeen;
    isUnobservable = other.isUnobservable;
    seen = other.seen;
    version = other.version;
    health = other.health;
  }

  Optional<Instant> differsSince() {
    return Optional.ofNullable(differsSince);
  }

  /** Sets the state that the last apply left; null if that is not known. */
  void expect(ObjectRef newRef, @Nullable LiveState state) {
    ref = newRef;
    expected = state;
    isChecked = false;
    if (!isSeen && LiveState.ANY.equals(state)) {
      health = UNWATCHED;
    }
  }

  /** Returns whether an observation of this version is older than what is known. */
  boolean isOutdated(long observed) {
    return observed >= 0 && observed < version;
  }

  /** Records how the object is. */
  void seen(long observed, LiveState state, ObjectHealth now) {
    version = Math.max(version, observed);
    isSeen = true;
    isUnobservable = false;
    seen = state.equals(expected) ? expected : state;
    health = now;
  }

  /** Records that the object does not exist. */
  void gone(long observed) {
    version = Math.max(version, observed);
    isSeen = true;
    isUnobservable = false;
    seen = null;
    health = LiveState.ANY.equals(expected) ? ENDED : MISSING;
  }

  /** Records that the object cannot be observed. */
  void unobservable(String reason) {
    isSeen = false;
    isUnobservable = true;
    health = new ObjectHealth(Health.UNKNOWN, reason);
  }

  /** Returns whether the object differs from what the last apply left, or may. */
  boolean differs() {
    return isSeen && (expected == null || !expected.isMetBy(Optional.ofNullable(seen)));
  }

  /** Returns the state that was seen last; empty if it does not exist. */
  Optional<LiveState> state() {
    return Optional.ofNullable(seen);
  }

  /** Returns whether it differs in a way that was not compared in full yet. */
  boolean isToBeChecked() {
    return differs() && !(isChecked && Objects.equals(checked, seen));
  }

  /**
   * Records that the object was compared in full in a state, unless it is in another one by now.
   *
   * @param state empty if it did not exist
   */
  void checked(Optional<LiveState> state) {
    isChecked = Optional.ofNullable(seen).equals(state);
    checked = state.orElse(null);
  }

  /** Notes when a difference began or ended. */
  void note(Instant now) {
    if (!differs()) {
      differsSince = null;
      isChecked = false;
    } else if (differsSince == null) {
      differsSince = now;
    }
  }

  /** Returns an object's resource version as a number; -1 if it has none. */
  static long version(ObjectNode object) {
    return version(object.path("metadata").path("resourceVersion").asText(""));
  }

  /** Returns a resource version as a number; -1 if it is none. */
  static long version(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}

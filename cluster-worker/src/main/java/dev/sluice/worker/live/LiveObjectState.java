package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.health.Health;
import dev.sluice.worker.health.HealthChecks;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.plan.LiveState;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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

  /** Metadata that servers write. */
  private static final Set<String> UNEDITED = Set.of("managedFields", "resourceVersion");

  private static final ObjectHealth MISSING = new ObjectHealth(Health.MISSING, "it does not exist");

  private final LiveApplication application;
  private ObjectRef ref;

  /** The state in which the last apply left it; null if that is not known. */
  private @Nullable LiveState expected;

  /** The state in which it was seen last; null if it does not exist. */
  private @Nullable LiveState seen;

  /** The state that was last compared in full; null for none, or for an object that is gone. */
  private @Nullable LiveState checked;

  /** The {@linkplain #contentOf content} that was last compared in full. */
  private int checkedContent;

  /** The content in which it was seen last; 0 unless it differs. */
  private int content;

  /** Metadata of the version that was seen last; null if the object must be read before a write. */
  private @Nullable KnownObject known;

  private boolean isChecked;
  private boolean isSeen;
  private boolean isUnobservable;
  private boolean isHook;
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

  /** Returns whether it is a hook, whose health is not the application's. */
  boolean isHook() {
    return isHook;
  }

  /** Sets whether it is a hook. */
  void hook(boolean now) {
    isHook = now;
  }

  /** Returns whether it was seen. */
  boolean isSeen() {
    return isSeen;
  }

  /** Returns whether it was seen, or is known not to be visible. */
  boolean isKnown() {
    return isSeen || isUnobservable || LiveState.ANY.equals(expected);
  }

  /** Returns whether it existed when it was observed last. */
  boolean exists() {
    return isSeen && seen != null;
  }

  /** Takes over what is known of the same object in another application. */
  void seenAs(LiveObjectState other) {
    isSeen = other.isSeen;
    isUnobservable = other.isUnobservable;
    seen = other.seen;
    content = other.content;
    version = other.version;
    health = other.health;
  }

  Optional<Instant> differsSince() {
    return Optional.ofNullable(differsSince);
  }

  /** Sets the state that the last apply left; null if that is not known. */
  void expect(ObjectRef newRef, @Nullable LiveState state) {
    known = newRef.equals(ref) ? known : null;
    ref = newRef;
    expected = state;
    isChecked = false;
    if (!isSeen && LiveState.ANY.equals(state)) {
      health = UNWATCHED;
    }
  }

  /** Takes over how the object is; returns whether that changes anything. */
  boolean observe(ObjectNode live, Instant now, LiveEffects effects) {
    long observed = version(live);
    ObjectHealth judged = HealthChecks.of(live, application.checks());
    return observe(observed, () -> seen(observed, live, judged), now, effects);
  }

  /** Takes over that the object does not exist; returns whether that changes anything. */
  boolean observeGone(long observed, Instant now, LiveEffects effects) {
    return observe(observed, () -> gone(observed), now, effects);
  }

  /** Makes an observation, unless it is outdated; returns whether it changes anything. */
  private boolean observe(long observed, Runnable observation, Instant now, LiveEffects effects) {
    if (isOutdated(observed)) {
      return false;
    }
    ObjectHealth known = health;
    boolean differed = differs();
    observation.run();
    boolean healthChanged = !known.equals(health);
    if (healthChanged) {
      effects.healthOf(application);
    }
    compare(now, effects);
    return healthChanged || differed != differs();
  }

  /** Compares the object with what the done generation left, if one is done. */
  void compare(Instant now, LiveEffects effects) {
    if (application.settled().isEmpty()) {
      return;
    }
    boolean differed = differsSince != null;
    note(now);
    boolean returned = differed && differsSince == null;
    if (isToBeChecked() || returned) {
      effects.differ(application);
    }
  }

  /** Returns whether an observation of this version is older than what is known. */
  private boolean isOutdated(long observed) {
    return observed >= 0 && observed < version;
  }

  /** Records how the object is. */
  private void seen(long observed, ObjectNode live, ObjectHealth now) {
    LiveState state = LiveState.of(live);
    version = Math.max(version, observed);
    isSeen = true;
    isUnobservable = false;
    seen = state.equals(expected) ? expected : state;
    content = differs() ? contentOf(live) : 0;
    health = now;
    known = observed < 0 ? null : KnownObject.of(live, ref, application.name()).orElse(null);
  }

  /**
   * Returns the metadata that a write of the object needs, in the version in which it was seen
   * last; empty if others manage fields of it, or it was not seen.
   */
  Optional<ObjectNode> known(ObjectRef as) {
    return Optional.ofNullable(known)
        .filter(_ -> as.equals(ref))
        .map(it -> it.metadata(ref, application.name(), version));
  }

  /**
   * Returns a hash of what an edit changes: the state alone does not show that a field that Sluice
   * has lost was edited again. If only metadata was received, each write counts as an edit.
   */
  private static int contentOf(ObjectNode live) {
    if (!live.has("status")) {
      return live.path("metadata").path("resourceVersion").hashCode();
    }
    int hash = 0;
    for (Map.Entry<String, JsonNode> field : live.properties()) {
      if (field.getKey().equals("metadata")) {
        for (Map.Entry<String, JsonNode> part : field.getValue().properties()) {
          hash += UNEDITED.contains(part.getKey()) ? 0 : part.hashCode();
        }
      } else if (!field.getKey().equals("status")) {
        hash += field.hashCode();
      }
    }
    return hash;
  }

  /** Records that the object does not exist. */
  private void gone(long observed) {
    version = Math.max(version, observed);
    isSeen = true;
    isUnobservable = false;
    seen = null;
    known = null;
    content = 0;
    health = LiveState.ANY.equals(expected) ? ENDED : MISSING;
  }

  /** Records that the object cannot be observed. */
  void unobservable(String reason) {
    isSeen = false;
    isUnobservable = true;
    known = null;
    health = new ObjectHealth(Health.UNKNOWN, reason);
  }

  /** Returns whether the object differs from what the last apply left, or may. */
  boolean differs() {
    return isSeen && (expected == null || !expected.isMetBy(Optional.ofNullable(seen)));
  }

  /** Returns the object as it is now. */
  Suspect suspect(Instant now) {
    Instant since = differsSince == null ? now : differsSince;
    return new Suspect(ref, Optional.ofNullable(seen), since, content);
  }

  /** Returns whether it differs in a way that was not compared in full yet. */
  boolean isToBeChecked() {
    return differs() && !(isChecked && Objects.equals(checked, seen) && checkedContent == content);
  }

  /**
   * Records that the object was compared in full in a state, unless it is in another one by now.
   *
   * @param suspect the object when the comparison began
   */
  void checked(Suspect suspect) {
    isChecked = Optional.ofNullable(seen).equals(suspect.state());
    checked = suspect.state().orElse(null);
    checkedContent = suspect.content();
  }

  /** Notes when a difference began or ended. */
  private void note(Instant now) {
    if (!differs()) {
      differsSince = null;
      isChecked = false;
    } else if (differsSince == null) {
      differsSince = now;
    }
  }

  /** Returns the resource version of an object as a number; -1 if it is none. */
  static long version(ObjectNode live) {
    return version(live.path("metadata").path("resourceVersion").asText(""));
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

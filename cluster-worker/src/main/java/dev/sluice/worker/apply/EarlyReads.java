package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.live.Suspect;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads of a heal that run while its target is read and rendered: of its objects, and of the
 * ledger, which shows whether the attempt is still the newest.
 */
final class EarlyReads {

  /** No reads: each write reads its object itself. */
  static final EarlyReads NONE = new EarlyReads(new FutureTask<>(() -> true), Map.of());

  /** The number of objects that are read early; the writes read the others. */
  private static final int AT_ONCE = 8;

  private final FutureTask<Boolean> fence;
  private final Map<ObjectId, FutureTask<Optional<LiveObject>>> objects;

  private EarlyReads(
      FutureTask<Boolean> fence, Map<ObjectId, FutureTask<Optional<LiveObject>>> objects) {
    this.fence = fence;
    this.objects = objects;
  }

  /** Reads an object. */
  interface ObjectReader {
    Optional<LiveObject> read(ObjectRef ref) throws InterruptedException;
  }

  /**
   * Begins to read. An object that was seen to be gone is not read: creating it fails if it exists
   * again.
   */
  static EarlyReads begin(Attempt.Fence fence, List<Suspect> suspects, ObjectReader reader) {
    FutureTask<Boolean> fenced =
        begin(
            () -> {
              fence.check();
              return true;
            });
    Map<ObjectId, FutureTask<Optional<LiveObject>>> objects = new HashMap<>();
    for (Suspect suspect : suspects) {
      ObjectRef ref = suspect.ref();
      if (suspect.state().isEmpty()) {
        FutureTask<Optional<LiveObject>> gone = new FutureTask<>(Optional::empty);
        gone.run();
        objects.put(ref.id(), gone);
      } else if (objects.size() < AT_ONCE) {
        objects.put(ref.id(), begin(() -> reader.read(ref)));
      }
    }
    return new EarlyReads(fenced, objects);
  }

  private static <T> FutureTask<T> begin(Callable<T> read) {
    FutureTask<T> task = new FutureTask<>(read);
    Thread.ofVirtual().name("early-read").start(task);
    return task;
  }

  /**
   * Waits until the ledger was read.
   *
   * @throws HaltException if it shows that the attempt is no longer the newest
   */
  void checkFence() throws HaltException, InterruptedException {
    boolean unused = result(fence);
  }

  /** Returns whether they are of a heal, which compares the objects with what it makes of them. */
  boolean areOfHeal() {
    return this != NONE;
  }

  /** Returns whether an object is read early, or known to be gone. */
  boolean has(ObjectRef ref) {
    return objects.containsKey(ref.id());
  }

  /** Waits until an object was read; returns it, or empty if it does not exist. */
  Optional<LiveObject> object(ObjectRef ref) throws HaltException, InterruptedException {
    FutureTask<Optional<LiveObject>> read = objects.get(ref.id());
    return read == null ? Optional.empty() : result(read);
  }

  private static <T> T result(FutureTask<T> read) throws HaltException, InterruptedException {
    try {
      return read.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case HaltException halt -> throw halt;
        case RuntimeException unforeseen -> throw unforeseen;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }
}

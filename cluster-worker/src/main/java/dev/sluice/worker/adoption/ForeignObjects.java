package dev.sluice.worker.adoption;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.Ownership;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reader of the live objects that the worker is about to create: one that exists already, without
 * the installation's label, belongs to another owner, and the adoption policy decides about it.
 *
 * <p>The first few objects of a kind in a namespace are read one by one. If more are asked for, as
 * at a first sync, one list request replaces the single reads: it selects the objects without the
 * installation's label, and a name that is not in the list needs no request. The list is short,
 * since most objects in a namespace that Sluice applies to have the label.
 */
final class ForeignObjects {

  /** The reads within {@link #HOLD} that are made before a list replaces them. */
  private static final int FEW = 8;

  private static final Duration HOLD = Duration.ofSeconds(2);
  private static final Duration SINGLE_READS = Duration.ofMinutes(1);

  /** A list is valid for this multiple of the time it took, which bounds the share of lists. */
  private static final int TIMES_AS_LONG = 20;

  private static final int MAX_SCOPES = 1_000;

  private final ClusterApi api;
  private final Discovery discovery;
  private final String selector;
  private final ConcurrentHashMap<Scope, Names> scopes = new ConcurrentHashMap<>();

  ForeignObjects(ClusterApi api, Discovery discovery, String installation) {
    this.api = api;
    this.discovery = discovery;
    this.selector = "%s!=%s".formatted(Ownership.INSTALLATION_LABEL, installation);
  }

  private record Scope(String apiVersion, String kind, String namespace) {}

  /**
   * Returns the metadata of an object; empty if it does not exist. It may also be empty if the
   * object has the installation's label, or was created in the last seconds.
   */
  Optional<ObjectNode> read(ObjectRef ref) throws InterruptedException {
    if (scopes.size() > MAX_SCOPES) {
      scopes.clear();
    }
    Scope scope = new Scope(ref.apiVersion(), ref.kind(), ref.namespace());
    boolean isAbsent =
        scopes
            .computeIfAbsent(scope, Names::new)
            .current()
            .filter(names -> !names.contains(ref.name()))
            .isPresent();
    return isAbsent ? Optional.empty() : discovery.readMetadata(ref);
  }

  /** The names of the foreign objects of a kind and namespace, by the last list. */
  private final class Names {

    private final Scope scope;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Set<String>> listed = Optional.empty();
    private long decidedAt = System.nanoTime();
    private Duration decidedFor = HOLD;
    private int reads;

    Names(Scope scope) {
      this.scope = scope;
    }

    /** Returns the names; empty if single reads are to be made. */
    Optional<Set<String>> current() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        if (System.nanoTime() - decidedAt > decidedFor.toNanos()) {
          decide(Optional.empty(), HOLD);
          reads = 0;
        }
        reads++;
        if (reads == FEW + 1) {
          list();
        }
        return listed;
      } finally {
        lock.unlock();
      }
    }

    private void list() throws InterruptedException {
      long begin = System.nanoTime();
      Optional<Set<String>> names = names();
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      Duration hold = took.multipliedBy(TIMES_AS_LONG);
      decide(names, names.isEmpty() ? SINGLE_READS : hold.compareTo(HOLD) > 0 ? hold : HOLD);
    }

    private void decide(Optional<Set<String>> names, Duration hold) {
      listed = names;
      decidedAt = System.nanoTime();
      decidedFor = hold;
    }

    /** Returns the names; empty if they are too many, or may not be listed. */
    private Optional<Set<String>> names() throws InterruptedException {
      var resource = discovery.find(scope.apiVersion(), scope.kind());
      if (resource.isEmpty()) {
        return Optional.empty();
      }
      try {
        return api.namesInOnePage(resource.get().collection(scope.namespace()), selector);
      } catch (ApiException e) {
        if (e.code() >= 400 && e.code() < 500) {
          return Optional.empty();
        }
        throw e;
      }
    }
  }
}

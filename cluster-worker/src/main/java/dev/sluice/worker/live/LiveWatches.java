package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.api.Reflector;
import dev.sluice.worker.manifest.Ownership;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One watch for each kind that an application of the cluster has, of the objects with the labels of
 * this installation. A watch begins with the first object of its kind, and ends after the last.
 */
public final class LiveWatches implements AutoCloseable {

  /** Kinds without health: their metadata shows every change of the fields that Sluice owns. */
  private static final Set<GroupKind> WITHOUT_HEALTH =
      Stream.of(
              "ConfigMap",
              "Secret",
              "ServiceAccount",
              "LimitRange",
              "ResourceQuota",
              "Role.rbac.authorization.k8s.io",
              "RoleBinding.rbac.authorization.k8s.io",
              "ClusterRole.rbac.authorization.k8s.io",
              "ClusterRoleBinding.rbac.authorization.k8s.io",
              "NetworkPolicy.networking.k8s.io",
              "IngressClass.networking.k8s.io",
              "StorageClass.storage.k8s.io",
              "PriorityClass.scheduling.k8s.io",
              "RuntimeClass.node.k8s.io",
              "MutatingWebhookConfiguration.admissionregistration.k8s.io",
              "ValidatingWebhookConfiguration.admissionregistration.k8s.io")
          .map(GroupKind::parse)
          .collect(Collectors.toUnmodifiableSet());

  private final ClusterApi api;
  private final Discovery discovery;
  private final String installation;
  private final LiveObjects objects;
  private final Containment containment;
  private final Runnable found;
  private final Map<ApiKind, Watch> watches = new ConcurrentHashMap<>();
  private boolean closed;

  private LiveWatches(
      ClusterApi api,
      Discovery discovery,
      String installation,
      LiveObjects objects,
      Containment containment,
      Runnable found) {
    this.api = api;
    this.discovery = discovery;
    this.installation = installation;
    this.objects = objects;
    this.containment = containment;
    this.found = found;
  }

  /**
   * Starts the watches of all kinds that the objects have now.
   *
   * @param found called for each change that {@link #resync} found and the watches had missed
   */
  public static LiveWatches start(
      ClusterApi api,
      Discovery discovery,
      String installation,
      LiveObjects objects,
      Containment containment,
      Runnable found) {
    LiveWatches watches =
        new LiveWatches(api, discovery, installation, objects, containment, found);
    watches.adapt();
    return watches;
  }

  /** Starts and ends watches, so that there is one for each kind of the objects. */
  public synchronized void adapt() {
    if (closed) {
      return;
    }
    Set<ApiKind> needed = objects.kinds();
    Set<ApiKind> ended = new HashSet<>(watches.keySet());
    ended.removeAll(needed);
    for (ApiKind kind : ended) {
      // closing waits for the thread of the watch, so another thread does it
      Watch watch = watches.remove(kind);
      if (watch != null) {
        Thread.ofVirtual().name("end of watch " + kind).start(watch.reflector()::close);
      }
    }
    for (ApiKind kind : needed) {
      watches.computeIfAbsent(kind, this::watch);
    }
  }

  /** Lists all objects again, to judge them by other rules or to see them. */
  public void listAgain() {
    watches.values().forEach(watch -> watch.reflector().listAgain());
  }

  /** Lists all objects again, to find what the watches have missed. */
  public void resync() {
    watches
        .values()
        .forEach(
            watch -> {
              watch.receiver().resync = true;
              watch.reflector().listAgain();
            });
  }

  /** Returns the number of kinds whose changes are not received at the moment. */
  public int broken() {
    return (int) watches.values().stream().filter(watch -> !watch.reflector().isWatching()).count();
  }

  /** Returns the kinds that the worker may not list or watch, in order. */
  public List<ApiKind> forbidden() {
    return watches.entrySet().stream()
        .filter(each -> each.getValue().receiver().forbidden)
        .map(Map.Entry::getKey)
        .sorted(Comparator.comparing(ApiKind::toString))
        .toList();
  }

  /** Returns the number of kinds that are watched. */
  public int size() {
    return watches.size();
  }

  private Watch watch(ApiKind kind) {
    Receiver receiver = new Receiver(kind);
    Reflector reflector =
        Reflector.start(
            api,
            kind.toString(),
            new Reflector.Collection(
                () -> path(kind),
                Ownership.INSTALLATION_LABEL + "=" + installation,
                WITHOUT_HEALTH.contains(groupKind(kind))),
            receiver);
    return new Watch(receiver, reflector);
  }

  private Optional<String> path(ApiKind kind) throws InterruptedException {
    Optional<ApiResource> resource = discovery.find(kind.apiVersion(), kind.kind());
    return resource.map(found -> found.collection(""));
  }

  private static GroupKind groupKind(ApiKind kind) {
    int slash = kind.apiVersion().indexOf('/');
    return new GroupKind(kind.apiVersion().substring(0, Math.max(0, slash)), kind.kind());
  }

  @Override
  public synchronized void close() {
    closed = true;
    watches.values().forEach(watch -> watch.reflector().close());
    watches.clear();
  }

  private record Watch(Receiver receiver, Reflector reflector) {}

  /** Passes on the objects of one kind. */
  private final class Receiver implements Reflector.Listener {

    private final ApiKind kind;

    /** Whether the next list is to find what the watch has missed. */
    private volatile boolean resync;

    /** Whether the worker lacks the rights to list or watch the kind. */
    private volatile boolean forbidden;

    /** The version up to which a watch received changes, during such a list; else negative. */
    private long watched = -1;

    Receiver(ApiKind kind) {
      this.kind = kind;
    }

    @Override
    public void listing(Optional<String> version) {
      watched = resync ? version.map(LiveObjectState::version).orElse(-1L) : -1;
      resync = false;
    }

    /** A newer object than the watch has come to is not one that it missed. */
    @Override
    public void changed(ObjectNode object) {
      contained(
          () -> {
            boolean changes = objects.changed(kind, named(object));
            if (changes && LiveObjectState.version(object) <= watched) {
              found.run();
            }
          });
    }

    @Override
    public void deleted(ObjectNode object) {
      contained(() -> objects.deleted(kind, object));
    }

    @Override
    public void listed(Set<String> keys, String version) {
      contained(
          () -> {
            int missing = objects.listed(kind, keys, version);
            for (int i = 0; watched >= 0 && i < missing; i++) {
              found.run();
            }
          });
      watched = -1;
      forbidden = false;
    }

    @Override
    public void failed(ApiException cause) {
      if (cause.isNotFound()) {
        discovery.forget(kind.apiVersion());
      } else if (cause.code() == 403) {
        forbidden = true;
        unobservable(
            "the worker may not list and watch %s in %s: grant it the verbs list and watch");
      } else if (cause.code() == 405) {
        unobservable("the API of %s in %s has no list, so its health and drift cannot be seen");
      }
    }

    private void unobservable(String reason) {
      contained(() -> objects.unobservable(kind, reason.formatted(kind.kind(), kind.apiVersion())));
    }

    /** Items of lists, and metadata, do not name their kind. */
    private ObjectNode named(ObjectNode object) {
      object.put("apiVersion", kind.apiVersion());
      object.put("kind", kind.kind());
      return object;
    }

    private void contained(Runnable handling) {
      containment.handle("live-watch", kind, handling);
    }
  }
}

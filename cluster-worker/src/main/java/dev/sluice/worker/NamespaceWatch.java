package dev.sluice.worker;

import dev.sluice.worker.lane.Lanes;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

/** Notices that a namespace has come: what is parked for the want of it is tried at once. */
final class NamespaceWatch implements ResourceEventHandler<Namespace>, AutoCloseable {

  private static final long NO_RESYNC = 0;

  private final Lanes lanes;
  private final SharedIndexInformer<Namespace> informer;

  private NamespaceWatch(KubernetesClient client, Lanes lanes) {
    this.lanes = lanes;
    this.informer = client.namespaces().runnableInformer(NO_RESYNC);
  }

  static NamespaceWatch start(KubernetesClient client, Lanes lanes) {
    NamespaceWatch watch = new NamespaceWatch(client, lanes);
    watch.informer.addEventHandler(watch);
    // a wiped cluster comes back; without the right to list, the parked are tried by the clock
    watch.informer.exceptionHandler((_, _) -> true);
    var unused = watch.informer.start();
    return watch;
  }

  @Override
  public void onAdd(Namespace namespace) {
    String name = namespace.getMetadata().getName();
    lanes.wakeParked(
        failure -> failure.object().filter(ref -> ref.namespace().equals(name)).isPresent());
  }

  @Override
  public void onUpdate(Namespace before, Namespace namespace) {}

  @Override
  public void onDelete(Namespace namespace, boolean finalStateUnknown) {}

  /** Returns at once: stopping a watch that the server is just ending can block in the client. */
  @Override
  public void close() {
    Thread.ofPlatform().daemon().name("stop-namespace-watch").start(informer::stop);
  }
}

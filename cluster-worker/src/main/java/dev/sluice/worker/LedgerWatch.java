package dev.sluice.worker;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.LedgerStore;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a ledger is gone: then no one knows what the cluster holds of that application, and
 * it is applied again from the log. So a cluster that is wiped under a running worker fills up.
 */
final class LedgerWatch implements ResourceEventHandler<ConfigMap>, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LedgerWatch.class);
  private static final long NO_RESYNC = 0;

  private final Lanes lanes;
  private final SharedIndexInformer<ConfigMap> informer;
  private volatile boolean closed;

  private LedgerWatch(KubernetesClient client, String namespace, String selector, Lanes lanes) {
    this.lanes = lanes;
    this.informer =
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabelSelector(selector)
            .runnableInformer(NO_RESYNC)
            .removeNamespaceIndex();
  }

  /**
   * Starts watching.
   *
   * @param found the ledgers that are known; those that are gone by now are noticed too
   */
  static LedgerWatch start(
      KubernetesClient client,
      String namespace,
      String selector,
      Set<ApplicationName> found,
      Lanes lanes) {
    LedgerWatch watch = new LedgerWatch(client, namespace, selector, lanes);
    watch.informer.addEventHandler(watch);
    // whatever befalls the watch, a wiped cluster comes back
    watch.informer.exceptionHandler((_, _) -> !watch.closed);
    var unused = watch.informer.start().thenRun(() -> watch.compare(Set.copyOf(found)));
    return watch;
  }

  private void compare(Set<ApplicationName> found) {
    Set<String> there =
        informer.getStore().list().stream()
            .map(ledger -> ledger.getMetadata().getName())
            .collect(Collectors.toSet());
    found.stream()
        .filter(application -> !there.contains(LedgerStore.PREFIX + application))
        .forEach(this::gone);
  }

  private void gone(ApplicationName application) {
    log.atWarn()
        .addKeyValue("application", application)
        .log("its ledger is gone; applying it again from the log");
    lanes.again(application);
  }

  @Override
  public void onAdd(ConfigMap ledger) {}

  @Override
  public void onUpdate(ConfigMap before, ConfigMap ledger) {}

  @Override
  public void onDelete(ConfigMap ledger, boolean finalStateUnknown) {
    String name = ledger.getMetadata().getName();
    if (name.startsWith(LedgerStore.PREFIX)) {
      gone(new ApplicationName(name.substring(LedgerStore.PREFIX.length())));
    }
  }

  @Override
  public void close() {
    closed = true;
    informer.stop();
    // or the client, closed next, would fail what is still under way
    informer.stopped().toCompletableFuture().completeOnTimeout(null, 2, TimeUnit.SECONDS).join();
  }
}

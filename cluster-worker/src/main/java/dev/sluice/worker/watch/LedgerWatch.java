package dev.sluice.worker.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the ledgers of an installation for changes by others: a ledger that was deleted, became
 * unreadable, became readable again, or was reset to an older generation. The application is
 * attempted again then, from its record in the log. So a cluster that is wiped under a running
 * worker is restored, and a repaired ledger is used at once.
 */
public final class LedgerWatch implements ResourceEventHandler<ConfigMap>, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LedgerWatch.class);
  private static final long NO_RESYNC = 0;

  private final LedgerStore ledgers;
  private final Lanes lanes;
  private final Containment containment;
  private final Map<ApplicationName, Seen> seen = new ConcurrentHashMap<>();
  private final SharedIndexInformer<ConfigMap> informer;
  private volatile boolean closed;

  /**
   * The last observed state of a ledger.
   *
   * @param generation 0 if none was begun
   * @param failure why it cannot be used; empty if it can
   */
  private record Seen(Optional<Generation> generation, Optional<Failure> failure) {

    boolean isAfter(Seen other) {
      return generation.isPresent() && generation.get().isAfter(other.generation());
    }

    static Seen of(LedgerReading reading) {
      return switch (reading) {
        case LedgerReading.Usable usable ->
            new Seen(usable.stored().ledger().generation(), Optional.empty());
        case LedgerReading.Unreadable unreadable ->
            new Seen(Optional.empty(), Optional.of(unreadable.failure()));
      };
    }
  }

  private LedgerWatch(
      KubernetesClient client,
      String namespace,
      LedgerStore ledgers,
      Lanes lanes,
      Containment containment) {
    this.ledgers = ledgers;
    this.lanes = lanes;
    this.containment = containment;
    this.informer =
        client
            .configMaps()
            .inNamespace(namespace)
            .runnableInformer(NO_RESYNC)
            .removeNamespaceIndex();
  }

  /**
   * Starts watching.
   *
   * @param found the ledgers at the start of the session; changes since then are noticed too
   */
  public static LedgerWatch start(
      KubernetesClient client,
      String namespace,
      LedgerStore ledgers,
      LedgerListing found,
      Lanes lanes,
      Containment containment) {
    LedgerWatch watch = new LedgerWatch(client, namespace, ledgers, lanes, containment);
    found.readings().forEach((application, read) -> watch.seen.put(application, Seen.of(read)));
    watch.informer.addEventHandler(watch);
    // whatever happens to the watch, a wiped cluster is restored
    watch.informer.exceptionHandler((_, _) -> !watch.closed);
    var unused = watch.informer.start().thenRun(watch::compare);
    return watch;
  }

  /** Returns whether changes of the ledgers are received at the moment. */
  public boolean isWatching() {
    return informer.isWatching();
  }

  /** Returns the number of unusable ledgers by failure code. */
  public Map<FailureCode, Long> unreadable() {
    return seen.values().stream()
        .flatMap(each -> each.failure().stream())
        .collect(Collectors.groupingBy(Failure::code, Collectors.counting()));
  }

  /** Reads all ledgers again, since the keys that verify them have changed. */
  public void readAgain() {
    informer.getStore().list().forEach(this::changed);
  }

  private void compare() {
    Set<ApplicationName> missing = new HashSet<>(seen.keySet());
    informer
        .getStore()
        .list()
        .forEach(
            ledger ->
                ledgers.application(ledger.getMetadata().getName()).ifPresent(missing::remove));
    missing.forEach(application -> contained(application, () -> gone(application)));
  }

  private void contained(Object ledger, Runnable handling) {
    containment.handle("ledger-watch", ledger, handling);
  }

  private void gone(ApplicationName application) {
    seen.remove(application);
    applyAgain(application, "its ledger was deleted; applying it again from the log");
  }

  private void changed(ConfigMap configMap) {
    ledgers
        .application(configMap.getMetadata().getName())
        .ifPresent(
            application -> {
              JsonNode content = Json.mapper().valueToTree(configMap);
              Seen now = Seen.of(ledgers.read(application, content));
              observed(application, seen.put(application, now), now);
            });
  }

  private void observed(ApplicationName application, @Nullable Seen before, Seen now) {
    Optional<Failure> known = before == null ? Optional.empty() : before.failure();
    if (now.failure().isPresent()) {
      if (!now.failure().equals(known)) {
        applyAgain(application, now.failure().get().message());
      }
    } else if (known.isPresent()) {
      applyAgain(application, "its ledger can be read again");
    } else if (before != null && before.isAfter(now)) {
      applyAgain(application, "its ledger was reset; comparing it with the log again");
    }
  }

  private void applyAgain(ApplicationName application, String why) {
    log.atWarn().addKeyValue("application", application).log("{}", why);
    lanes.applyAgain(application);
  }

  @Override
  public void onAdd(ConfigMap ledger) {
    contained(ledger.getMetadata().getName(), () -> changed(ledger));
  }

  @Override
  public void onUpdate(ConfigMap before, ConfigMap ledger) {
    contained(ledger.getMetadata().getName(), () -> changed(ledger));
  }

  @Override
  public void onDelete(ConfigMap ledger, boolean finalStateUnknown) {
    String name = ledger.getMetadata().getName();
    contained(name, () -> ledgers.application(name).ifPresent(this::gone));
  }

  @Override
  public void close() {
    closed = true;
    informer.stop();
    // otherwise the client, which is closed next, would fail the calls in progress
    informer.stopped().toCompletableFuture().completeOnTimeout(null, 2, TimeUnit.SECONDS).join();
  }
}

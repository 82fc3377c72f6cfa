package dev.sluice.worker.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Reflector;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
public final class LedgerWatch implements Reflector.Listener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LedgerWatch.class);

  private final LedgerStore ledgers;
  private final Lanes lanes;
  private final Containment containment;
  private final Map<ApplicationName, Seen> seen = new ConcurrentHashMap<>();
  private final Set<String> kinds = ConcurrentHashMap.newKeySet();
  private final Reflector reflector;

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
      ClusterApi api,
      LedgerStore ledgers,
      LedgerListing found,
      Lanes lanes,
      Containment containment) {
    this.ledgers = ledgers;
    this.lanes = lanes;
    this.containment = containment;
    found
        .readings()
        .forEach(
            (application, read) -> {
              seen.put(application, Seen.of(read));
              noteKinds(read);
            });
    this.reflector = Reflector.start(api, ledgers.collection(), this);
  }

  /**
   * Starts watching.
   *
   * @param found the ledgers at the start of the session; changes since then are noticed too
   */
  public static LedgerWatch start(
      ClusterApi api,
      LedgerStore ledgers,
      LedgerListing found,
      Lanes lanes,
      Containment containment) {
    return new LedgerWatch(api, ledgers, found, lanes, containment);
  }

  /** Returns whether changes of the ledgers are received at the moment. */
  public boolean isWatching() {
    return reflector.isWatching();
  }

  /** Returns every kind that was ever written, as ledgers name it. */
  public Set<String> kinds() {
    return Set.copyOf(kinds);
  }

  private void noteKinds(LedgerReading reading) {
    if (reading instanceof LedgerReading.Usable usable) {
      kinds.addAll(usable.stored().ledger().kinds());
    }
  }

  /** Returns the number of unusable ledgers by failure code. */
  public Map<FailureCode, Long> unreadable() {
    return seen.values().stream()
        .flatMap(each -> each.failure().stream())
        .collect(Collectors.groupingBy(Failure::code, Collectors.counting()));
  }

  /** Reads all ledgers again, since the keys that verify them have changed. */
  public void readAgain() throws InterruptedException {
    ledgers
        .list()
        .readings()
        .forEach((application, reading) -> contained(application, () -> observed(reading)));
  }

  private void contained(Object ledger, Runnable handling) {
    containment.handle("ledger-watch", ledger, handling);
  }

  private void gone(ApplicationName application) {
    seen.remove(application);
    applyAgain(application, "its ledger was deleted; applying it again from the log");
  }

  private void observed(LedgerReading reading) {
    Seen now = Seen.of(reading);
    noteKinds(reading);
    observed(reading.application(), seen.put(reading.application(), now), now);
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
  public void changed(ObjectNode configMap) {
    String name = name(configMap);
    contained(
        name,
        () ->
            ledgers
                .application(name)
                .ifPresent(application -> observed(ledgers.read(application, configMap))));
  }

  @Override
  public void deleted(ObjectNode configMap) {
    String name = name(configMap);
    contained(name, () -> ledgers.application(name).ifPresent(this::gone));
  }

  @Override
  public void listed(Set<String> keys, String version) {
    Set<ApplicationName> missing = new HashSet<>(seen.keySet());
    keys.forEach(
        key -> ledgers.application(key.substring(key.indexOf('/') + 1)).ifPresent(missing::remove));
    missing.forEach(application -> contained(application, () -> gone(application)));
  }

  private static String name(ObjectNode configMap) {
    return configMap.path("metadata").path("name").asText("");
  }

  @Override
  public void close() {
    reflector.close();
  }
}

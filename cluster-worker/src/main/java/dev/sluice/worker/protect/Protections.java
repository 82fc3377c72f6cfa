package dev.sluice.worker.protect;

import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The protections that the newest targets of a cluster's applications ask for. A suspended
 * application is not protected, since a person is about to edit it. Thread-safe.
 */
public final class Protections {

  private final Predicate<ApplicationName> suspended;
  private final Map<ApplicationName, Asked> asked = new ConcurrentHashMap<>();
  private final Semaphore changes = new Semaphore(0);

  /** The part of an application's policy that matters here. */
  private record Asked(
      Optional<WriteProtection> protection, Optional<ServiceAccountName> account) {}

  public Protections(Predicate<ApplicationName> suspended) {
    this.suspended = suspended;
  }

  /** Takes over the policy of an application's newest target. */
  public void applied(ApplicationName application, Policy policy) {
    Asked now = new Asked(policy.protect(), policy.serviceAccount());
    if (!now.equals(asked.put(application, now))) {
      changed();
    }
  }

  /** Takes over that an application is removed. */
  public void removed(ApplicationName application) {
    if (asked.remove(application) != null) {
      changed();
    }
  }

  /** Has the protections installed again; an application may have been suspended or resumed. */
  public void changed() {
    changes.release();
  }

  /** Returns the applications that ask for protection, suspended or not. */
  public Set<ApplicationName> asking() {
    return asked.entrySet().stream()
        .filter(each -> each.getValue().protection().isPresent())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  Wanted wanted() {
    Map<ApplicationName, WriteProtection> applications = new HashMap<>();
    asked.forEach(
        (application, each) ->
            each.protection()
                .filter(_ -> !suspended.test(application))
                .ifPresent(protection -> applications.put(application, protection)));
    return Wanted.of(
        applications,
        asked.values().stream()
            .map(Asked::account)
            .flatMap(Optional::stream)
            .collect(Collectors.toSet()));
  }

  /** Waits for a change; returns false if there was none for this time. */
  boolean awaitChange(Duration time) throws InterruptedException {
    boolean changed = changes.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS);
    changes.drainPermits();
    return changed;
  }
}

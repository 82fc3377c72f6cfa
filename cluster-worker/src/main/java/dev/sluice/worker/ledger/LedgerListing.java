package dev.sluice.worker.ledger;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All ledgers of an installation, including unreadable ones, whose applications have unknown
 * claims.
 */
public record LedgerListing(Map<ApplicationName, LedgerReading> readings) {

  public LedgerListing {
    readings = Map.copyOf(readings);
  }

  /** Returns the ledger of an application; empty if it has none. */
  public Optional<LedgerReading> find(ApplicationName application) {
    return Optional.ofNullable(readings.get(application));
  }

  /** Returns the ledgers that can be used. */
  public Map<ApplicationName, StoredLedger> usable() {
    Map<ApplicationName, StoredLedger> usable = new TreeMap<>();
    for (LedgerReading reading : readings.values()) {
      if (reading instanceof LedgerReading.Usable(StoredLedger stored)) {
        usable.put(reading.application(), stored);
      }
    }
    return usable;
  }

  /** Returns the applications whose ledgers cannot be used, with the reasons. */
  public Map<ApplicationName, Failure> unreadable() {
    Map<ApplicationName, Failure> unreadable = new TreeMap<>();
    for (LedgerReading reading : readings.values()) {
      if (reading instanceof LedgerReading.Unreadable(ApplicationName name, Failure failure)) {
        unreadable.put(name, failure);
      }
    }
    return unreadable;
  }
}

package dev.sluice.worker.ledger;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.ApplicationName;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All ledgers of an installation, those that cannot be used among them: an application with an
 * unreadable ledger has unknown claims.
 */
public record LedgerListing(Map<ApplicationName, LedgerReading> readings) {

  public LedgerListing {
    readings = Map.copyOf(readings);
  }

  /** Returns what was read of an application; empty if it has no ledger. */
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

  /** Returns the applications whose ledgers cannot be used, and why. */
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

package dev.sluice.platform.telemetry;

import dev.sluice.contract.event.Heartbeat;
import java.util.Optional;
import java.util.function.Supplier;

/** Heartbeats that are not written. */
final class Unreported implements Heartbeats {

  @Override
  public Reporting report(Part part, Supplier<Status> status) {
    return () -> {};
  }

  @Override
  public void report(Heartbeat.LedgerReport ledger) {}

  @Override
  public Optional<String> problem() {
    return Optional.empty();
  }
}

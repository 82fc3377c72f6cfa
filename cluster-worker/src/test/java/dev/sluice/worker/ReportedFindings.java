package dev.sluice.worker;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.platform.telemetry.Heartbeats;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Heartbeats whose findings a test can read. */
final class ReportedFindings implements Heartbeats {

  private final List<Supplier<Status>> parts = new CopyOnWriteArrayList<>();

  /** Returns a finding that a part reports now. */
  Optional<Finding> find(FailureCode code) {
    return parts.stream()
        .flatMap(part -> part.get().findings().stream())
        .filter(finding -> finding.code() == code)
        .findFirst();
  }

  /** Waits until a part reports a finding. */
  Finding await(FailureCode code) {
    return Awaitility.await()
        .atMost(Bench.PATIENCE)
        .until(() -> find(code), Optional::isPresent)
        .orElseThrow();
  }

  @Override
  public Reporting report(Part part, Supplier<Status> status) {
    parts.add(status);
    return () -> parts.remove(status);
  }

  @Override
  public void report(Heartbeat.LedgerReport ledger) {}

  @Override
  public Optional<String> problem() {
    return Optional.empty();
  }
}

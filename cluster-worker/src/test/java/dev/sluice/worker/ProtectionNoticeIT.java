package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.worker.protect.ProtectionConfig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An application whose protection cannot be installed is applied, and the worker reports it. */
@Tag("kubernetes")
final class ProtectionNoticeIT {

  private static final Policy PROTECTED = Targets.protecting(Policy.DEFAULT);

  private final Bench bench = new Bench();
  private final ReportedFindings reports = new ReportedFindings();
  private final Requests requests = new Requests();

  @BeforeEach
  void report() {
    bench.telemetry = new Telemetry(new Metrics(), Tracing.OFF, reports);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void whereTheServerDoesNotServeThePolicy() {
    assumeTrue(
        bench.fixture.isSimulated() || !bench.fixture.isAtLeast(30), "the server serves the kind");
    bench.protection = new ProtectionConfig(true, "emergency", List.of());
    bench.worker("one", requests);

    bench.targets.send(bench.targets.target("shop", 1, PROTECTED, configMap("a", "git")));
    bench.awaitApplied("shop", 1);

    assertThat(awaitFinding().message())
        .contains("the API server does not serve ValidatingAdmissionPolicy")
        .contains("Kubernetes 1.30 or newer");
    assertThat(awaitFinding().applications()).containsExactly(new ApplicationName("shop"));
    assertThat(requests.writes()).noneMatch(line -> line.contains("sluice-protection"));
    bench.targets.send(bench.targets.target("shop", 2, Policy.DEFAULT, configMap("a", "git")));
    await().atMost(Bench.PATIENCE).until(() -> reports.find(PartFailure.UNPROTECTED).isEmpty());
  }

  @Test
  void whereTheWorkerMayNotInstallPolicies() {
    bench.worker("one", requests);

    bench.targets.send(bench.targets.target("shop", 1, PROTECTED, configMap("a", "git")));
    bench.awaitApplied("shop", 1);

    assertThat(awaitFinding().message()).contains("the worker runs without --protect");
    assertThat(requests.writes()).noneMatch(line -> line.contains("sluice-protection"));
    assertThat(bench.telemetry.metrics().text())
        .contains("sluice_worker_protected_applications{cluster=\"test\"} 0");
  }

  private Heartbeats.Finding awaitFinding() {
    return reports.await(PartFailure.UNPROTECTED);
  }
}

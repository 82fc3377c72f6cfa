package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications with maintenance windows and manual policies, with all parts. */
@Tag("kubernetes")
class MaintenanceWindowIT {

  /** A month in which the window is not soon. */
  private final int month = LocalDate.now(ZoneOffset.UTC).plusMonths(6).getMonthValue();

  @Test
  void whatWaitsIsShownAndReleased(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario
          .fleet()
          .document(
              """
              apiVersion: sluice.dev/v1
              kind: Application
              metadata: {name: web}
              spec:
                source: {repository: apps, path: web}
                clusters: {names: [staging]}
                namespace: %s
                policy:
                  sync: manual
                  windows:
                  - {kind: allow, schedule: "0 2 1 %d *", duration: 4h, description: releases}
              """
                  .formatted(scenario.namespace(), month));
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      try (OneProcess sluice = scenario.start()) {
        await(sluice, "held staging: manual by the dispatcher");
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains("sync manual: sluice release sends new inputs")
            .contains("window allow '0 2 1 %d *' for 4h in UTC: releases".formatted(month))
            .contains("(waits for an operator to release it); released by: sluice release web");
        assertThat(CommandRun.of(sluice, "doctor").words())
            .contains(
                "holds warning new inputs are not sent: web in staging (waits for an operator to"
                    + " release it; released by: sluice release web --cluster staging)");

        CommandRun approved = CommandRun.of(sluice, "release", "web", "--reason", "reviewed");

        assertThat(approved.words())
            .contains("nothing was sent: it waits for the maintenance window that opens at 20")
            .contains("sluice release --ignore-windows sends it now");
        await(sluice, "held staging: window by the dispatcher");
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains("waits for the maintenance window that opens at 20")
            .contains("T02:00:00Z (allow '0 2 1 %d *' for 4h in UTC: releases)".formatted(month))
            .contains("that, or sluice release web --cluster staging --ignore-windows");
        assertThat(CommandRun.of(sluice, "get", "apps", "web").words())
            .contains("OutOfSync")
            .contains("window");
        assertThat(CommandRun.of(sluice, "status").words()).contains("1 window");
        assertThat(CommandRun.of(sluice, "doctor").words())
            .contains("new inputs are not sent: web in staging (waits for the maintenance window")
            .contains("T02:00:00Z (allow '0 2 1 %d *' for 4h in UTC: releases)".formatted(month))
            .contains("that, or sluice release web --cluster staging --ignore-windows");
        CommandRun refused = CommandRun.of(sluice, "release", "web", "--reason", "again");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.words()).contains("add --ignore-windows to send it now");

        CommandRun urgent =
            CommandRun.of(sluice, "release", "web", "--ignore-windows", "--reason", "incident 7");

        assertThat(urgent.code()).as(urgent.toString()).isZero();
        assertThat(urgent.words()).contains("generation 1 was sent");
        scenario.configMaps().awaitValue("web", "one");
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains("incident 7")
            .doesNotContain("held staging");
        assertThat(CommandRun.of(sluice, "doctor").words())
            .contains("holds ok nothing is suspended, pinned, or waits to be sent");
        scenario.verify();
      }
    }
  }

  private static void await(OneProcess sluice, String words) {
    patiently().until(() -> CommandRun.of(sluice, "describe", "web").words().contains(words));
  }
}

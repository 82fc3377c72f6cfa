package dev.sluice.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.readmodel.ApplicationStatus;
import dev.sluice.api.readmodel.ApplicationStatus.HeldView;
import dev.sluice.api.readmodel.ApplicationStatus.HoldView;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The predicted outcomes of commands heed maintenance windows and manual policies. */
class ExpectationsTest {

  private static final Instant CLOSED = Instant.parse("2026-12-01T21:00:00Z");
  private static final Instant OPEN = Instant.parse("2026-12-01T22:00:00Z");
  private static final CommitId COMMIT = new CommitId("c".repeat(40));
  private static final String WAITS =
      "; it waits for the maintenance window that opens at 2026-12-01T22:00:00Z (allow"
          + " '0 22 * * *' for 1h in Z)";
  private static final ApplicationStatus FREE = status(Optional.empty(), Optional.empty());

  @Test
  void whatWouldBeSentWaitsForTheWindow() {
    for (Command command :
        List.of(new Command.Resync(), new Command.Reevaluate(), new Command.Restore(COMMIT))) {
      assertThat(of(FREE, false, command, CLOSED)).startsWith("generation 4").endsWith(WAITS);
      assertThat(of(FREE, false, command, OPEN)).startsWith("generation 4").doesNotContain("waits");
    }
  }

  @Test
  void newInputsOfAManualApplicationWaitForAnOperator() {
    assertThat(of(FREE, true, new Command.Reevaluate(), OPEN))
        .isEqualTo("generation 4 if its inputs differ; it waits for an operator to release it");
    assertThat(of(FREE, true, new Command.Resync(), OPEN))
        .isEqualTo(
            "generation 4 with the current inputs; inputs that differ from those that were sent"
                + " last wait for an operator to release them");
  }

  @Test
  void aResendIsRefusedOutsideOfTheWindow() {
    Command resend = new Command.Resend(Generation.FIRST, Optional.empty());

    assertThat(of(FREE, false, resend, CLOSED))
        .startsWith("refused: nothing is sent before the maintenance window that opens at");
    assertThat(of(FREE, false, resend, OPEN)).startsWith("generation 4 with the recorded inputs");
  }

  @Test
  void aReleaseSendsARollbackThatWaitsForTheWindow() {
    HoldView pin = new HoldView("cat", "too slow", CLOSED, Optional.of(COMMIT.value()));
    ApplicationStatus pinned = status(Optional.of(pin), Optional.of("window"));

    assertThat(of(pinned, false, new Command.Release(Optional.of(true)), CLOSED))
        .isEqualTo("generation 4 with the pinned inputs, without waiting");
    assertThat(of(pinned, false, new Command.Release(), CLOSED)).startsWith("refused: it waits");
  }

  @Test
  void aReleaseOfASuspendedApplicationIsRefused() {
    HoldView hold = new HoldView("cat", "incident 7", CLOSED, Optional.empty());

    assertThat(of(status(Optional.of(hold), Optional.empty()), false, new Command.Release(), OPEN))
        .isEqualTo("refused while it is suspended");
  }

  private static String of(ApplicationStatus status, boolean manual, Command command, Instant now) {
    MaintenanceWindow window =
        new MaintenanceWindow(
            MaintenanceWindow.Kind.ALLOW,
            CronSchedule.parse("0 22 * * *"),
            Duration.ofHours(1),
            ZoneOffset.UTC,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return Expectations.of(
        status, new SendingRules(Optional.of(manual), Optional.of(List.of(window))), command, now);
  }

  private static ApplicationStatus status(Optional<HoldView> hold, Optional<String> withheld) {
    return new ApplicationStatus(
        "web",
        "east",
        "Synced",
        Optional.empty(),
        3,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        hold,
        "Synced",
        Optional.empty(),
        Optional.empty(),
        hold.map(
            one ->
                new HeldView(
                    "pinned", one.commit(), one.by(), one.since(), one.reason(), "", withheld)),
        Optional.empty());
  }
}

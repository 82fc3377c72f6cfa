package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.window.ClosedWindow;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClosedWindowsTest {

  private static final Instant NOW = Instant.parse("2026-12-01T12:00:10Z");

  private final ClosedWindows windows = new ClosedWindows();

  @Test
  void oneSearchServesAllApplicationsWithTheSameWindowsInAMinute() {
    ClosedWindow first = windows.at(NOW, rules(denied("PT24H")), ONE).orElseThrow();

    assertThat(windows.at(NOW.plusSeconds(49), rules(denied("PT24H")), TWO).orElseThrow())
        .isSameAs(first);
  }

  @Test
  void anotherMinuteIsSearchedAgain() {
    ClosedWindow first = windows.at(NOW, rules(denied("PT24H")), ONE).orElseThrow();

    assertThat(windows.at(NOW.plusSeconds(50), rules(denied("PT24H")), ONE).orElseThrow())
        .isEqualTo(first)
        .isNotSameAs(first);
  }

  @Test
  void aWindowThatEndsWithinTheMinuteIsNotRemembered() {
    SendingRules rules = rules(denied("PT12H30S"));

    assertThat(windows.at(NOW, rules, ONE).orElseThrow().until()).isEqualTo(NOW.plusSeconds(20));
    assertThat(windows.at(NOW.plusSeconds(20), rules, ONE)).isEmpty();
  }

  @Test
  void windowsOfAnotherClusterDoNotCount() {
    SendingRules rules = rules(denied("PT24H").in(List.of(ONE)));

    assertThat(windows.at(NOW, rules, ONE)).isPresent();
    assertThat(windows.at(NOW, rules, TWO)).isEmpty();
  }

  private static SendingRules rules(MaintenanceWindow window) {
    return new SendingRules(Optional.empty(), Optional.of(List.of(window)));
  }

  /** Returns a window that starts on 1 December. */
  private static MaintenanceWindow denied(String duration) {
    return new MaintenanceWindow(
        MaintenanceWindow.Kind.DENY,
        CronSchedule.parse("0 0 1 12 *"),
        Duration.parse(duration),
        ZoneOffset.UTC,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}

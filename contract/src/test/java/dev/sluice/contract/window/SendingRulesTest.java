package dev.sluice.contract.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.MaintenanceWindow.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendingRulesTest {

  private static final ClusterName STAGING = new ClusterName("staging");
  private static final ClusterName PROD = new ClusterName("prod-1");

  @Test
  void areOpenWithoutWindows() {
    assertThat(SendingRules.NONE.closedAt(Instant.EPOCH, STAGING)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-12-01T20:59:59Z,",
    "2026-12-01T21:00:00Z, 2026-12-02T05:00:00Z",
    "2026-12-02T04:59:59Z, 2026-12-02T05:00:00Z",
    "2026-12-02T05:00:00Z,",
  })
  void areClosedInADenyWindow(String now, String until) {
    assertClosed(rules(window(Kind.DENY, "0 22 * * *", "PT8H")), now, until);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-12-01T20:59:59Z, 2026-12-01T21:00:00Z",
    "2026-12-01T21:00:00Z,",
    "2026-12-02T04:59:59Z,",
    "2026-12-02T05:00:00Z, 2026-12-02T21:00:00Z",
  })
  void areClosedOutsideOfAllAllowWindows(String now, String until) {
    assertClosed(rules(window(Kind.ALLOW, "0 22 * * *", "PT8H")), now, until);
  }

  /** The allow windows are from 22:00 for 8 hours, and from 12:00 for one. */
  @ParameterizedTest
  @CsvSource({
    "2026-12-01T10:30:00Z, 2026-12-01T11:00:00Z",
    "2026-12-01T11:30:00Z,",
    // denied from 23:00 to 01:00
    "2026-12-01T22:30:00Z, 2026-12-02T00:00:00Z",
    "2026-12-02T00:00:00Z,",
  })
  void areClosedInADenyWindowWithinAnAllowWindow(String now, String until) {
    assertClosed(
        rules(
            window(Kind.ALLOW, "0 22 * * *", "PT8H"),
            window(Kind.ALLOW, "0 12 * * *", "PT1H"),
            window(Kind.DENY, "0 23 * * *", "PT2H")),
        now,
        until);
  }

  /** The project allows 22:00 to 06:00, the application 04:00 to 05:00 and all afternoon. */
  @ParameterizedTest
  @CsvSource({
    "2026-12-01T12:00:00Z, 2026-12-02T03:00:00Z",
    "2026-12-01T21:30:00Z, 2026-12-02T03:00:00Z",
    "2026-12-02T02:59:59Z, 2026-12-02T03:00:00Z",
    "2026-12-02T03:00:00Z,",
    "2026-12-02T04:00:00Z, 2026-12-03T03:00:00Z",
  })
  void areClosedUnlessTheProjectAndTheApplicationAllowIt(String now, String until) {
    assertClosed(
        rules(
            ofProject(window(Kind.ALLOW, "0 22 * * *", "PT8H")),
            window(Kind.ALLOW, "0 4 * * *", "PT1H"),
            window(Kind.ALLOW, "0 12 * * *", "PT6H")),
        now,
        until);
  }

  @Test
  void needTheAllowWindowsOfTheProjectIfTheApplicationAllowsAllTimes() {
    assertClosed(
        rules(
            ofProject(window(Kind.ALLOW, "0 22 * * *", "PT8H")),
            window(Kind.ALLOW, "* * * * *", "PT1H")),
        "2026-12-01T12:00:00Z",
        "2026-12-01T21:00:00Z");
  }

  @Test
  void passOverAllowWindowsThatAreDenied() {
    SendingRules rules =
        rules(
            window(Kind.ALLOW, "0 22 * * *", "PT1H"),
            window(Kind.DENY, "0 0 * * tue,wed,thu", "PT24H"));

    assertClosed(rules, "2026-12-01T12:00:00Z", "2026-12-04T21:00:00Z");
  }

  @Test
  void followDenyWindowsThatOverlap() {
    SendingRules rules =
        rules(window(Kind.DENY, "0 * * * 1-5", "PT90M"), window(Kind.DENY, "0 0 5 12 *", "PT24H"));

    assertClosed(rules, "2026-12-01T12:00:00Z", "2026-12-05T23:00:00Z");
  }

  /** The local night of the change to summer time has an hour less. */
  @Test
  void measureElapsedTime() {
    SendingRules rules = rules(window(Kind.DENY, "0 22 * * *", "PT8H"));

    assertClosed(rules, "2026-03-29T04:30:00Z", "2026-03-29T05:00:00Z");
    assertClosed(rules, "2026-03-29T05:00:00Z", null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-12-01T22:30:00Z | the end of the maintenance window at 2026-12-02T00:00:00Z (deny '0"
            + " 23 * * *' for 2h in Europe/Berlin)",
        "2026-12-02T04:30:00Z | the maintenance window that opens at 2026-12-02T21:00:00Z (allow '0"
            + " 22 * * *' for 8h in Europe/Berlin)",
        "2026-12-02T05:30:00Z | the maintenance window that opens at 2026-12-02T21:00:00Z (allow '0"
            + " 22 * * *' for 8h in Europe/Berlin)",
      })
  void nameTheWindowThatEndsOrOpens(String now, String waitsFor) {
    SendingRules rules =
        rules(
            window(Kind.ALLOW, "0 22 * * *", "PT8H"),
            window(Kind.DENY, "0 23 * * *", "PT2H"),
            window(Kind.DENY, "0 5 * * *", "PT2H"));

    assertThat(rules.closedAt(Instant.parse(now), STAGING).map(ClosedWindow::waitsFor))
        .contains(waitsFor);
  }

  @Test
  void sayThatTheyNeverOpen() {
    Instant now = Instant.parse("2026-12-01T12:00:00Z");

    ClosedWindow closed =
        rules(window(Kind.DENY, "0 * * * *", "PT2H")).closedAt(now, STAGING).orElseThrow();

    assertThat(closed.opens()).isFalse();
    assertThat(closed.until()).isAfter(now.plus(Duration.ofDays(400)));
    assertThat(closed.waitsFor())
        .isEqualTo(
            "a change of its maintenance windows, which allow nothing before %s (deny '0 * * * *' for 2h in Europe/Berlin)"
                .formatted(closed.until()));
  }

  @Test
  void holdForTheirClusters() {
    SendingRules rules =
        rules(
            new MaintenanceWindow(
                    Kind.DENY,
                    CronSchedule.parse("* * * * *"),
                    Duration.ofHours(1),
                    ZoneId.of("Europe/Berlin"),
                    Optional.empty(),
                    Optional.of("freeze"),
                    Optional.of("shop"))
                .in(List.of(PROD)));
    Instant now = Instant.parse("2026-12-01T12:00:00Z");

    assertThat(rules.closedAt(now, STAGING)).isEmpty();
    assertThat(rules.closedAt(now, PROD).orElseThrow().waitsFor())
        .endsWith("(deny '* * * * *' for 1h in Europe/Berlin of the project shop: freeze)");
  }

  @Test
  void hideOtherClusters() {
    MaintenanceWindow all = window(Kind.DENY, "0 1 * * *", "PT1H");
    MaintenanceWindow other = window(Kind.DENY, "0 2 * * *", "PT1H");

    SendingRules visible =
        rules(all, other.in(List.of(PROD)), other.in(List.of(PROD, STAGING)))
            .within(STAGING::equals);

    assertThat(visible).isEqualTo(rules(all, other.in(List.of(STAGING))));
  }

  @Test
  void replaceTheWindowsOfTheProject() {
    MaintenanceWindow own = window(Kind.ALLOW, "0 1 * * *", "PT1H");
    MaintenanceWindow former = ofProject(window(Kind.DENY, "0 2 * * *", "PT1H"));
    MaintenanceWindow now = ofProject(window(Kind.DENY, "0 3 * * *", "PT1H"));

    assertThat(rules(own, former).withProjectWindows(List.of(now))).isEqualTo(rules(own, now));
    assertThat(rules(former).withProjectWindows(List.of())).isEqualTo(SendingRules.NONE);
  }

  @Test
  void refuseDurationsThatAreTooShortOrTooLong() {
    assertThatThrownBy(() -> window(Kind.DENY, "* * * * *", "PT59S")).hasMessageContaining("1m");
    assertThatThrownBy(() -> window(Kind.DENY, "* * * * *", "P367D")).hasMessageContaining("8784h");
  }

  @Test
  void areReadFromTheirJson() throws JsonProcessingException {
    SendingRules rules =
        new SendingRules(
            Optional.of(true),
            Optional.of(List.of(ofProject(window(Kind.DENY, "0 22 * * *", "PT8H")))));

    String json = Json.mapper().writeValueAsString(rules);

    assertThat(json)
        .contains("\"manual\":true", "\"kind\":\"deny\"", "\"timeZone\":\"Europe/Berlin\"")
        .doesNotContain("isManual");
    assertThat(Json.mapper().readValue(json, SendingRules.class)).isEqualTo(rules);
  }

  private static void assertClosed(SendingRules rules, String now, @Nullable String until) {
    Optional<ClosedWindow> closed = rules.closedAt(Instant.parse(now), STAGING);

    assertThat(closed.map(ClosedWindow::until))
        .isEqualTo(Optional.ofNullable(until).map(Instant::parse));
    closed.ifPresent(one -> assertThat(one.opens()).isTrue());
    closed.ifPresent(
        one -> assertThat(rules.closedAt(one.until().minusNanos(1), STAGING)).isPresent());
    closed.ifPresent(one -> assertThat(rules.closedAt(one.until(), STAGING)).isEmpty());
  }

  private static SendingRules rules(MaintenanceWindow... windows) {
    return new SendingRules(Optional.empty(), Optional.of(List.of(windows)));
  }

  private static MaintenanceWindow ofProject(MaintenanceWindow window) {
    return new MaintenanceWindow(
        window.kind(),
        window.schedule(),
        window.duration(),
        window.timeZone(),
        window.clusters(),
        window.description(),
        Optional.of("shop"));
  }

  private static MaintenanceWindow window(Kind kind, String schedule, String duration) {
    return new MaintenanceWindow(
        kind,
        CronSchedule.parse(schedule),
        Duration.parse(duration),
        ZoneId.of("Europe/Berlin"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}

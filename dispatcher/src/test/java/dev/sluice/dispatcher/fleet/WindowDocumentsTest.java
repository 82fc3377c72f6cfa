package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DefinitionChange.FieldChange;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.MaintenanceWindow.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Maintenance windows and policies in {@code Application} and {@code Project} documents. */
class WindowDocumentsTest {

  @TempDir Path directory;

  @Test
  void windowsAreRead() throws IOException {
    assertThat(
            only("sync: manual\n"
                    + "windows:\n"
                    + "- {kind: allow, schedule: \"0 22 * * 1-5\", duration: 8h,"
                    + " timeZone: Europe/Berlin, clusters: [stag*], description: at night}\n"
                    + "- {kind: deny, schedule: \"0 0 24 12 *\", duration: 72h}")
                .sendingRules()
                .all())
        .containsExactly(
            new MaintenanceWindow(
                Kind.ALLOW,
                CronSchedule.parse("0 22 * * 1-5"),
                Duration.ofHours(8),
                ZoneId.of("Europe/Berlin"),
                Optional.of(List.of(new ClusterName("staging"))),
                Optional.of("at night"),
                Optional.empty()),
            new MaintenanceWindow(
                Kind.DENY,
                CronSchedule.parse("0 0 24 12 *"),
                Duration.ofHours(72),
                ZoneId.of("UTC"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    assertThat(only("sync: manual").sendingRules().isManual()).isTrue();
    assertThat(only("sync: automatic").sending()).isEmpty();
  }

  @Test
  void aWindowIsNoPartOfATarget() throws IOException {
    assertThat(only("windows: [{kind: deny, schedule: \"0 0 * * *\", duration: 1h}]").spec())
        .isEqualTo(only("prune: true").spec());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{kind: deny, schedule: \"0 25 * * *\", duration: 1h} | .schedule | the hour of a cron"
            + " schedule is *, or numbers from 0 to 23",
        "{kind: deny, schedule: \"0 * * *\", duration: 1h} | .schedule | has five fields",
        "{kind: deny, schedule: \"0 0 31 6 *\", duration: 1h} | .schedule | has such a day",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1d} | .duration | must be a duration",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1s} | .duration | between 1m and 8784h,"
            + " not 1s",
        "{kind: deny, schedule: \"0 0 * * *\"} | .duration | is required",
        "{kind: block, schedule: \"0 0 * * *\", duration: 1h} | .kind | must be allow or deny, not"
            + " block",
        "{schedule: \"0 0 * * *\", duration: 1h} | .kind | is required",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1h, timeZone: Berlin} | .timeZone | IANA"
            + " database, such as Europe/Berlin or UTC, not Berlin",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1h, timeZone: \"+01:00\"} | .timeZone |"
            + " IANA",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1h, clusters: [prod]} | .clusters |"
            + " matches none of the application's clusters",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1h, clusters: []} | .clusters | names"
            + " none",
        "{kind: deny, schedule: \"0 0 * * *\", duration: 1h, applications: [web]} | .applications |"
            + " is not known here",
      })
  void aProblemNamesItsPlace(String window, String field, String message) throws IOException {
    List<FleetProblem> problems = PolicyFleet.read(directory, "windows:\n- " + window).problems();

    assertThat(problems).extracting(FleetProblem::field).contains("spec.policy.windows[0]" + field);
    assertThat(problems).extracting(FleetProblem::message).anyMatch(text -> text.contains(message));
    assertThat(problems.getFirst().toString()).startsWith("web.yaml:19:");
  }

  @Test
  void anotherPolicyIsRefused() throws IOException {
    assertThat(PolicyFleet.read(directory, "sync: auto").problems())
        .extracting(FleetProblem::field, FleetProblem::message)
        .containsExactly(tuple("spec.policy.sync", "must be automatic or manual, not auto"));
  }

  @Test
  void theWindowsOfAProjectHoldForItsApplications() throws IOException {
    project(
        """
        - {kind: deny, schedule: "0 0 * * *", duration: 1h}
        - {kind: deny, schedule: "0 2 * * *", duration: 1h, applications: [w*]}
        - {kind: deny, schedule: "0 3 * * *", duration: 1h, applications: [x*]}
        - {kind: deny, schedule: "0 4 * * *", duration: 1h, clusters: [prod-*]}
        """);

    Definition web = only("windows: [{kind: allow, schedule: \"0 1 * * *\", duration: 1h}]");

    assertThat(web.sendingRules().all())
        .extracting(window -> window.schedule().text(), MaintenanceWindow::project)
        .containsExactly(
            tuple("0 1 * * *", Optional.empty()),
            tuple("0 0 * * *", Optional.of("default")),
            tuple("0 2 * * *", Optional.of("default")));
  }

  @Test
  void aChangeOfWindowsIsNoChangeOfTargets() throws IOException {
    project("- {kind: deny, schedule: \"0 0 * * *\", duration: 1h}");
    Definition before = only("prune: true");
    project("- {kind: deny, schedule: \"0 5 * * *\", duration: 1h}");
    Definition after = only("sync: manual");

    assertThat(after.spec()).isEqualTo(before.spec());
    assertThat(ChangedFields.between(Optional.of(before), Optional.of(after)))
        .containsExactlyInAnyOrder(
            new FieldChange("policy.sync", Optional.of("automatic"), Optional.of("manual")),
            new FieldChange(
                "project.windows",
                Optional.of("deny '0 0 * * *' for 1h in UTC of the project default"),
                Optional.of("deny '0 5 * * *' for 1h in UTC of the project default")));
  }

  @Test
  void anApplicationThatKeepsItsDefinitionGetsTheNewWindowsOfItsProject() throws IOException {
    project("- {kind: deny, schedule: \"0 0 * * *\", duration: 1h}");
    Definition before = only("windows: [{kind: allow, schedule: \"0 1 * * *\", duration: 1h}]");
    Map<ApplicationName, Definition> known = new TreeMap<>(Map.of(before.application(), before));
    project("- {kind: deny, schedule: \"0 5 * * *\", duration: 1h}");
    FleetReading invalid = PolicyFleet.read(directory, "sync: auto");

    assertThat(new ProjectBounds(known, invalid).definitions())
        .singleElement()
        .extracting(now -> schedules(now))
        .isEqualTo(List.of("0 1 * * *", "0 5 * * *"));
  }

  @Test
  void aProjectThatCannotBeReadKeepsItsWindows() throws IOException {
    project("- {kind: deny, schedule: \"0 0 * * *\", duration: 1h}");
    Definition before = only("prune: true");
    Map<ApplicationName, Definition> known = new TreeMap<>(Map.of(before.application(), before));
    Files.writeString(directory.resolve("project.yaml"), "kind: [");
    FleetReading reading =
        PolicyFleet.read(
            directory, "windows: [{kind: allow, schedule: \"0 1 * * *\", duration: 1h}]");

    assertThat(new ProjectBounds(known, reading).definitions())
        .singleElement()
        .extracting(now -> schedules(now))
        .isEqualTo(List.of("0 1 * * *", "0 0 * * *"));
  }

  private static List<String> schedules(Definition definition) {
    return definition.sendingRules().all().stream()
        .map(window -> window.schedule().text())
        .toList();
  }

  private void project(String windows) throws IOException {
    Files.writeString(
        directory.resolve("project.yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: default}
        spec:
          repositories: ["*"]
          clusters: ["*"]
          namespaces: ["*"]
          windows:
        """
            + windows.indent(2));
  }

  private Definition only(String policy) throws IOException {
    FleetReading reading = PolicyFleet.read(directory, policy);
    assertThat(reading.problems()).isEmpty();
    return reading.definitions().getFirst();
  }
}

package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.HealthCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules for the health of objects in the policy of an application. */
class HealthChecksTest {

  @TempDir Path directory;

  @Test
  void readsRules() throws IOException {
    FleetReading reading =
        read(
            """
                  - apiVersion: example.com/v1
                    kind: Widget
                    failed: has(status.error)
                    current: |
                      status.phase == 'Ready' &&
                        status.observedGeneration == metadata.generation
            """);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.definitions().getFirst().spec().policy().healthChecks())
        .containsExactly(
            new HealthCheck(
                "example.com/v1",
                "Widget",
                Optional.empty(),
                Optional.of("has(status.error)"),
                "status.phase == 'Ready' &&\n  status.observedGeneration == metadata.generation\n"));
  }

  @Test
  void anInvalidExpressionIsReportedWithItsPlace() throws IOException {
    FleetReading reading =
        read(
            """
                  - apiVersion: example.com/v1
                    kind: Widget
                    inProgress: has(status.a) && foo == 1
                    failed: "status.b == "
                    current: |
                      has(status.c) &&
                        status.c.join('') == ''
            """);

    assertThat(reading.problems().stream().map(FleetProblem::toString))
        .satisfiesExactly(
            problem ->
                assertThat(problem)
                    .isEqualTo(
                        "web.yaml:21:9: spec.policy.healthCheckExprs[0].inProgress:"
                            + " is not a condition in CEL: undeclared reference to 'foo'"
                            + " (web.yaml:21:38, line 1, column 18 of the expression)"),
            problem ->
                assertThat(problem)
                    .startsWith(
                        "web.yaml:22:9: spec.policy.healthCheckExprs[0].failed: is not a"
                            + " condition in CEL: mismatched input '<EOF>'")
                    .endsWith("(web.yaml:22:30, line 1, column 13 of the expression)"),
            problem ->
                assertThat(problem)
                    .isEqualTo(
                        "web.yaml:23:9: spec.policy.healthCheckExprs[0].current:"
                            + " is not a condition in CEL: undeclared reference to 'join'"
                            + " (web.yaml:25, line 2, column 16 of the expression)"));
    assertThat(reading.definitions()).isEmpty();
  }

  @Test
  void incompleteAndRepeatedRulesAreReported() throws IOException {
    FleetReading reading =
        read(
            """
                  - {apiVersion: example.com/v1, kind: Widget, current: "true"}
                  - {apiVersion: example.com/v1, kind: Widget, current: "false"}
                  - {apiVersion: "", kind: Gadget, current: "true"}
                  - {apiVersion: v1, kind: Pod}
                  - {apiVersion: v1, kind: Pod, current: "true", ready: "true"}
                  - {apiVersion: v1, kind: Service, current: [x]}
            """);

    assertThat(
            reading.problems().stream()
                .map(
                    problem ->
                        problem.field().replace("spec.policy.", "") + " " + problem.message())
                .toList())
        .isEqualTo(
            List.of(
                "healthCheckExprs[1].kind has another rule above: put the conditions into one",
                "healthCheckExprs[2].apiVersion must not be empty",
                "healthCheckExprs[3].current is required",
                "healthCheckExprs[4].ready is not known here; known: apiVersion, kind, inProgress,"
                    + " failed, current",
                "healthCheckExprs[5].current must be a string"));
  }

  private FleetReading read(String rules) throws IOException {
    return PolicyFleet.read(directory, "healthCheckExprs", rules);
  }
}

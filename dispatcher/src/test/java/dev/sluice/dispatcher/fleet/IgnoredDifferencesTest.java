package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.IgnoredDifference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules for fields that may differ from Git, in the policy of an application. */
class IgnoredDifferencesTest {

  @TempDir Path directory;

  @Test
  void readsRules() throws IOException {
    FleetReading reading =
        read(
            """
                  - group: apps
                    kind: Deployment
                    name: web
                    jsonPointers: [/spec/replicas, /metadata/annotations/a~1b~0c, /a//b]
                  - kind: "*"
                    managedFieldsManagers: [autoscaler]
            """);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.definitions().getFirst().spec().policy().ignored())
        .containsExactly(
            new IgnoredDifference(
                "apps",
                "Deployment",
                Optional.of("web"),
                Optional.empty(),
                List.of("/spec/replicas", "/metadata/annotations/a~1b~0c", "/a//b"),
                List.of()),
            new IgnoredDifference(
                "", "*", Optional.empty(), Optional.empty(), List.of(), List.of("autoscaler")));
  }

  @Test
  void incompleteAndInvalidRulesAreReported() throws IOException {
    FleetReading reading =
        read(
            """
                  - {jsonPointers: [/spec/replicas]}
                  - {kind: Deployment}
                  - {kind: Deployment, jsonPointers: [spec/replicas, "", /a~2b, /a~, /]}
                  - {kind: Deployment, managedFieldsManagers: [" "]}
                  - {kind: "", name: " ", jsonPointers: [/spec/replicas]}
            """);

    assertThat(
            reading.problems().stream()
                .map(
                    problem ->
                        problem.field().replace("spec.policy.ignoreDifferences", "")
                            + " "
                            + problem.message().replaceFirst(" \\(RFC 6901.*", ""))
                .toList())
        .containsExactly(
            "[0].kind is required",
            "[1] at least one of jsonPointers and managedFieldsManagers is required",
            "[2].jsonPointers[0] must be a JSON pointer",
            "[2].jsonPointers[1] must be a JSON pointer",
            "[2].jsonPointers[2] must be a JSON pointer",
            "[2].jsonPointers[3] must be a JSON pointer",
            "[2].jsonPointers[4] names a field without a name",
            "[3].managedFieldsManagers[0] must be the name of a field manager",
            "[4].kind must be a kind, or * for any",
            "[4].name must be the name of an object: leave it out for any");
  }

  @Test
  void aVeryLongPointerIsRead() throws IOException {
    String pointer = "/" + "a~1".repeat(300_000);

    FleetReading reading =
        read("      - {kind: Secret, jsonPointers: ['%s']}\n".formatted(pointer));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.definitions().getFirst().spec().policy().ignored().getFirst().jsonPointers())
        .containsExactly(pointer);
  }

  private FleetReading read(String rules) throws IOException {
    return PolicyFleet.read(directory, "ignoreDifferences", rules);
  }
}

package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.contract.fleet.NamespaceCreation;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.Propagation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading of the fields of a policy about namespaces and deletions. */
final class PolicyDocumentTest {

  @TempDir Path directory;

  @Test
  void theNamespaceIsNotCreatedByDefault() throws IOException {
    assertThat(policy("prune", "true").createNamespace()).isEmpty();
    assertThat(policy("createNamespace", "false").createNamespace()).isEmpty();
  }

  @Test
  void theNamespaceIsCreatedWithLabelsAndAnnotations() throws IOException {
    assertThat(policy("createNamespace", "true").createNamespace())
        .contains(new NamespaceCreation(Map.of(), Map.of()));
    assertThat(
            policy(
                    "createNamespace",
                    "true\nnamespaceMetadata: {labels: {team: a}, annotations: {note: b}}")
                .createNamespace())
        .contains(new NamespaceCreation(Map.of("team", "a"), Map.of("note", "b")));
  }

  @Test
  void labelsNeedTheCreationOfTheNamespace() throws IOException {
    assertThat(read("namespaceMetadata", "{labels: {team: a}}").problems())
        .extracting(FleetProblem::field, FleetProblem::message)
        .containsExactly(tuple("spec.policy.namespaceMetadata", "needs createNamespace: true"));
  }

  @Test
  void anUnknownFieldOfTheNamespaceIsRefused() throws IOException {
    assertThat(read("createNamespace", "true\nnamespaceMetadata: {label: {team: a}}").problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.policy.namespaceMetadata.label");
  }

  @Test
  void dependentsAreDeletedInTheBackgroundByDefault() throws IOException {
    assertThat(policy("prune", "true").propagation()).isEqualTo(Propagation.BACKGROUND);
    assertThat(policy("propagationPolicy", "Foreground").propagation())
        .isEqualTo(Propagation.FOREGROUND);
    assertThat(read("propagationPolicy", "none").problems())
        .extracting(FleetProblem::message)
        .containsExactly("must be background, foreground or orphan, not none");
  }

  private Policy policy(String field, String value) throws IOException {
    FleetReading reading = read(field, value);
    assertThat(reading.problems()).isEmpty();
    return reading.definitions().getFirst().spec().policy();
  }

  private FleetReading read(String field, String value) throws IOException {
    return PolicyFleet.read(directory, field + ": " + value);
  }
}

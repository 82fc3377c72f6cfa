package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.WriteProtection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading of {@code policy.protect}. */
final class WriteProtectionsTest {

  @TempDir Path directory;

  @Test
  void trueAllowsNobodyElse() throws IOException {
    assertThat(protection(read("protect: true"))).contains(new WriteProtection(List.of()));
  }

  @Test
  void aMappingNamesWhoMayWriteToo() throws IOException {
    assertThat(protection(read("protect: {allow: ['system:serviceaccount:ops:tuner', team-web]}")))
        .contains(new WriteProtection(List.of("system:serviceaccount:ops:tuner", "team-web")));
  }

  @Test
  void withoutTheFieldOrWithFalseNothingIsProtected() throws IOException {
    assertThat(protection(read("prune: true"))).isEmpty();
    assertThat(protection(read("protect: false"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "             | spec.policy.protect",
        "null         | spec.policy.protect",
        "\"true\"     | spec.policy.protect",
        "[jo]         | spec.policy.protect",
        "{}           | spec.policy.protect.allow",
        "{allow: jo}  | spec.policy.protect.allow",
        "{allow: ['']} | spec.policy.protect.allow[0]",
        "{allow: ['jo', \"a\\nb\"]} | spec.policy.protect.allow[1]",
        "{allow: [3]} | spec.policy.protect.allow[0]",
        "{allow: [jo], deny: [mo]} | spec.policy.protect.deny",
      })
  void otherValuesAreRefused(String value, String field) throws IOException {
    FleetReading reading = read("protect: " + (value == null ? "" : value));

    assertThat(reading.definitions()).isEmpty();
    assertThat(reading.problems()).extracting(FleetProblem::field).containsExactly(field);
  }

  @Test
  void tooManyNamesAreRefused() throws IOException {
    FleetReading reading = read("protect: {allow: [" + "jo, ".repeat(50) + "mo]}");

    assertThat(reading.problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.policy.protect.allow");
  }

  private static Optional<WriteProtection> protection(FleetReading reading) {
    return reading.definitions().getFirst().spec().policy().protect();
  }

  private FleetReading read(String policy) throws IOException {
    return PolicyFleet.read(directory, policy);
  }
}

package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ServiceAccountName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading of {@code policy.serviceAccount}. */
final class ServiceAccountsTest {

  @TempDir Path directory;

  @Test
  void aNameIsInTheNamespaceOfTheApplication() throws IOException {
    FleetReading reading = read("serviceAccount: deployer");

    assertThat(reading.problems()).isEmpty();
    assertThat(account(reading)).contains(new ServiceAccountName("shop", "deployer"));
  }

  @Test
  void anAccountOfAnotherNamespaceIsWrittenWithIt() throws IOException {
    assertThat(account(read("serviceAccount: tenants/deployer.v1")))
        .contains(new ServiceAccountName("tenants", "deployer.v1"));
  }

  @Test
  void withoutTheFieldNothingIsImpersonated() throws IOException {
    assertThat(account(read("prune: true"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "~",
        "''",
        "' '",
        "/",
        "shop/",
        "/deployer",
        "a/b/c",
        "Deployer",
        "-a",
        "a:b",
        "\"a\\r\\nImpersonate-Group: system:masters\"",
        "true",
        "[deployer]",
        "system:admin",
      })
  void emptyAndInvalidAccountsAreRefused(String value) throws IOException {
    FleetReading reading = read("serviceAccount: " + value);

    assertThat(reading.definitions()).isEmpty();
    assertThat(reading.problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.policy.serviceAccount");
  }

  private static Optional<ServiceAccountName> account(FleetReading reading) {
    return reading.definitions().getFirst().spec().policy().serviceAccount();
  }

  private FleetReading read(String policy) throws IOException {
    return PolicyFleet.read(directory, policy);
  }
}

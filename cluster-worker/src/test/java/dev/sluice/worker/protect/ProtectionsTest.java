package dev.sluice.worker.protect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The protections that applications ask for. */
class ProtectionsTest {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final ApplicationName DB = new ApplicationName("db");
  private static final WriteProtection PROTECTED = new WriteProtection(List.of("jo"));
  private static final ServiceAccountName DEPLOYER = new ServiceAccountName("shop", "deployer");

  private final Set<ApplicationName> suspended = new HashSet<>();
  private final Protections protections = new Protections(suspended::contains);

  @Test
  void anApplicationIsProtectedByItsPolicy() {
    protections.applied(WEB, policy(Optional.of(PROTECTED), Optional.empty()));
    protections.applied(DB, Policy.DEFAULT);

    assertThat(protections.wanted()).isEqualTo(Wanted.of(Map.of(WEB, PROTECTED), Set.of()));
    assertThat(protections.asking()).containsExactly(WEB);
  }

  @Test
  void theAccountsOfAllApplicationsMayWrite() {
    protections.applied(WEB, policy(Optional.of(PROTECTED), Optional.empty()));
    protections.applied(DB, policy(Optional.empty(), Optional.of(DEPLOYER)));

    assertThat(protections.wanted().accounts()).containsExactly(DEPLOYER);
  }

  @Test
  void aSuspendedApplicationIsNotProtected() {
    protections.applied(WEB, policy(Optional.of(PROTECTED), Optional.empty()));
    suspended.add(WEB);

    assertThat(protections.wanted().isEmpty()).isTrue();
    assertThat(protections.asking()).containsExactly(WEB);
  }

  @Test
  void aRemovedApplicationIsNotProtected() {
    protections.applied(WEB, policy(Optional.of(PROTECTED), Optional.of(DEPLOYER)));
    protections.removed(WEB);

    assertThat(protections.wanted()).isEqualTo(Wanted.of(Map.of(), Set.of()));
  }

  @Test
  void onlyAnotherProtectionIsAChange() throws InterruptedException {
    protections.applied(WEB, policy(Optional.of(PROTECTED), Optional.empty()));
    protections.applied(DB, Policy.DEFAULT);
    assertThat(protections.awaitChange(Duration.ZERO)).isTrue();

    protections.applied(
        WEB, policy(Optional.of(new WriteProtection(List.of("jo"))), Optional.empty()));
    protections.applied(DB, new Policy(false, 10, false, Duration.ofMinutes(1)));
    assertThat(protections.awaitChange(Duration.ZERO)).isFalse();

    protections.applied(WEB, Policy.DEFAULT);
    assertThat(protections.awaitChange(Duration.ZERO)).isTrue();
  }

  private static Policy policy(
      Optional<WriteProtection> protection, Optional<ServiceAccountName> account) {
    ObjectNode fields = Json.mapper().valueToTree(Policy.DEFAULT);
    fields.set("protect", Json.mapper().valueToTree(protection));
    fields.set("serviceAccount", Json.mapper().valueToTree(account));
    return Json.mapper().convertValue(fields, Policy.class);
  }
}

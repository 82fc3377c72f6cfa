package dev.sluice.worker.protect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.WriteProtection;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.protect.ProtectionPolicy.Placed;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The objects with which an installation protects its applications. */
class ProtectionPolicyTest {

  private static final String WORKER = "system:serviceaccount:sluice-system:sluice-worker";

  private final ProtectionPolicy policy =
      new ProtectionPolicy(
          "sluice-system",
          "east",
          new ProtectionConfig(true, "emergency", List.of("system:serviceaccounts:cert-manager")));
  private final Wanted wanted =
      Wanted.of(
          Map.of(
              new ApplicationName("web"), new WriteProtection(List.of("jo", "team-web")),
              new ApplicationName("db"), new WriteProtection(List.of())),
          Set.of(new ServiceAccountName("shop", "deployer")));

  @Test
  void theParametersNameTheWritersOfAllAndOfEachApplication() throws Exception {
    assertThat(policy.objects(wanted, WORKER).getFirst())
        .isEqualTo(
            new Placed(
                "/api/v1/namespaces/sluice-system/configmaps/sluice-protection.east",
                (ObjectNode)
                    Json.mapper()
                        .readTree(
                            """
                            {"apiVersion": "v1", "kind": "ConfigMap",
                             "metadata": {"name": "sluice-protection.east",
                                          "labels": {"app.kubernetes.io/part-of": "sluice"},
                                          "namespace": "sluice-system"},
                             "data": {
                               "emergency": "emergency",
                               "users": "system:serviceaccount:shop:deployer\\n%s",
                               "allow": "system:serviceaccounts:cert-manager",
                               "application.db": "",
                               "application.web": "jo\\nteam-web"}}
                            """
                                .formatted(WORKER))));
  }

  @Test
  void thePolicySelectsTheObjectsOfItsInstallation() {
    JsonNode spec = policy.objects(wanted, WORKER).get(1).object().path("spec");

    assertThat(spec.at("/matchConstraints/objectSelector/matchLabels").properties())
        .containsExactly(
            Map.entry("sluice.dev/installation", Json.mapper().getNodeFactory().textNode("east")));
    assertThat(spec.at("/matchConstraints/resourceRules/0/operations"))
        .extracting(JsonNode::asText)
        .containsExactly("UPDATE", "DELETE");
    assertThat(spec.at("/matchConstraints/resourceRules/0/resources"))
        .extracting(JsonNode::asText)
        .as("a status update may set annotations, too")
        .containsExactly("*", "*/status");
    assertThat(spec.at("/matchConditions/0/expression").asText())
        .contains("oldObject.metadata.labels['sluice.dev/installation'] == 'east'")
        .doesNotContain("%");
  }

  @Test
  void objectsThatOthersMayChangeAreNotSelected() {
    JsonNode spec = policy.objects(wanted, WORKER).get(1).object().path("spec");

    assertThat(spec.at("/matchConditions/1/expression").asText())
        .contains("['sluice.dev/reconcile', 'disabled']", "['sluice.dev/apply', 'ifnotpresent']")
        .contains("['kustomize.toolkit.fluxcd.io/ssa', 'ignore']")
        .contains("['sluice.dev/drift', 'disabled']")
        .doesNotContain("prune", "%");
  }

  @Test
  void onlyTheParametersDependOnTheApplications() {
    List<Placed> other = policy.objects(Wanted.of(Map.of(), Set.of()), "another");
    List<Placed> one = policy.objects(wanted, WORKER);

    assertThat(other.getFirst()).isNotEqualTo(one.getFirst());
    assertThat(other.subList(1, 3)).isEqualTo(one.subList(1, 3));
  }

  @Test
  void theBindingLetsWritesPassWithoutParameters() {
    JsonNode spec = policy.objects(wanted, WORKER).get(2).object().path("spec");

    assertThat(spec.path("policyName").asText()).isEqualTo("sluice-protection.east");
    assertThat(spec.at("/paramRef/parameterNotFoundAction").asText()).isEqualTo("Allow");
    assertThat(spec.path("validationActions")).extracting(JsonNode::asText).containsExactly("Deny");
  }
}

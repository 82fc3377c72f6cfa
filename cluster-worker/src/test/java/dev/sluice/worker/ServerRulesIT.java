package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Refusals by rules that only a current API server evaluates, as users see them. */
@Tag("kubernetes")
final class ServerRulesIT {

  private final Bench bench = new Bench();
  private final String id = UUID.randomUUID().toString().substring(0, 8);
  private final String group = "rules-%s.example.org".formatted(id);

  @BeforeEach
  void requireCurrentServer() {
    assumeTrue(
        !bench.fixture.isSimulated() && bench.fixture.isAtLeast(30),
        "the simulated cluster and servers before 1.30 do not evaluate these rules");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void namesThePolicyThatDenies() {
    define(
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: no-latest.%1$s}
        spec:
          matchConstraints:
            resourceRules:
            - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}
          validations:
          - expression: "!('key' in object.data) || object.data['key'] != 'latest'"
            message: the value must not be latest
        """);
    define(
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: no-latest.%1$s}
        spec:
          policyName: no-latest.%1$s
          validationActions: [Deny]
          matchResources:
            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: '%2$s'}}
        """);
    awaitDenied();
    bench.worker("one");

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "latest")));
    Failure failure = bench.awaitParked("web");
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "first")));
    bench.awaitApplied("web", 2);

    assertThat(failure.code()).isEqualTo(ApplyFailure.INVALID);
    assertThat(failure.message())
        .startsWith("web/000.yaml, document 1 (line 1): ")
        .contains("ValidatingAdmissionPolicy 'no-latest.%s'".formatted(group))
        .contains("the value must not be latest");
  }

  @Test
  void quotesTheRuleOfADefinition() {
    bench.fixture.cleanUp(() -> deleteDefinition("range"));
    bench.defineKind(
        group,
        "Range",
        "spec: {type: object, properties: {min: {type: integer}, max: {type: integer}},"
            + " x-kubernetes-validations: [{rule: 'self.min <= self.max', message: min must not"
            + " exceed max}]}");
    bench.worker("one");

    bench.targets.send(bench.targets.target("web", 1, range("{min: 3, max: 2}")));
    Failure failure = bench.awaitParked("web");
    bench.targets.send(bench.targets.target("web", 2, range("{min: 2, max: 3}")));
    bench.awaitApplied("web", 2);

    assertThat(failure.code()).isEqualTo(ApplyFailure.INVALID);
    assertThat(failure.message()).contains("spec").contains("min must not exceed max");
  }

  @Test
  void namesAFieldThatADefinitionDoesNotHave() {
    bench.fixture.cleanUp(() -> deleteDefinition("range"));
    bench.defineKind(group, "Range", "spec: {type: object, properties: {min: {type: integer}}}");
    bench.worker("one");

    bench.targets.send(bench.targets.target("web", 1, range("{min: 3, mox: 2}")));
    Failure failure = bench.awaitParked("web");

    assertThat(failure.code()).isEqualTo(ApplyFailure.INVALID);
    assertThat(failure.message()).contains(".spec.mox: field not declared in schema");
  }

  @Test
  void namesTheUserAndThePermissionThatIsMissing() {
    String user = "system:serviceaccount:%s:deployer".formatted(bench.namespace);
    bench.worker("one", new Impersonating(user, bench.namespace));

    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    Failure failure = bench.awaitParked("web");

    assertThat(failure.code()).isEqualTo(ApplyFailure.FORBIDDEN);
    assertThat(failure.message())
        .contains("User \"%s\" cannot ".formatted(user))
        .contains(
            "resource \"configmaps\" in API group \"\" in the namespace \"%s\""
                .formatted(bench.namespace));
  }

  /** Sends the requests about a namespace's objects as another user. */
  private record Impersonating(String user, String namespace) implements Interceptor {

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (request.uri().getPath().contains("/namespaces/" + namespace + "/")) {
        builder.setHeader("Impersonate-User", user);
      }
    }
  }

  private String range(String spec) {
    return "{apiVersion: %s/v1, kind: Range, metadata: {name: r}, spec: %s}".formatted(group, spec);
  }

  private void define(String manifest) {
    var object = bench.fixture.client().resource(manifest.formatted(group, bench.namespace));
    bench.fixture.cleanUp(object::delete);
    object.serverSideApply();
  }

  private void deleteDefinition(String kind) {
    bench
        .fixture
        .client()
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName("%ss.%s".formatted(kind, group))
        .delete();
  }

  /** Waits until the server evaluates the policy. */
  private void awaitDenied() {
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> {
              try {
                bench
                    .fixture
                    .client()
                    .resource(
                        new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace(bench.namespace)
                            .withName("probe")
                            .endMetadata()
                            .addToData("key", "latest")
                            .build())
                    .dryRun()
                    .create();
                return false;
              } catch (KubernetesClientException e) {
                return true;
              }
            });
  }
}

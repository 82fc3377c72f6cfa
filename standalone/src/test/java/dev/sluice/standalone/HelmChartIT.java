package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Helm chart renders what the Kustomize base has, and what its values say. */
class HelmChartIT {

  private static final String NAMESPACE = "sluice-system";

  @BeforeEach
  void checkPrograms() {
    NeededProgram.check("helm");
    NeededProgram.check("kustomize");
  }

  @Test
  void withoutValuesItHasTheObjectsOfTheBase() throws Exception {
    Map<String, JsonNode> base = RenderedObjects.of(run("kustomize", "build", "../k8s/base"));
    base.remove("Namespace/" + NAMESPACE);

    assertThat(chart()).isEqualTo(base);
  }

  @Test
  void aClusterMayHaveTheWorkerOnly() throws Exception {
    Map<String, JsonNode> objects =
        chart("--set", "receiver.enabled=false,dispatcher.enabled=false,worker.rights=none");

    assertThat(objects.keySet())
        .containsExactlyInAnyOrder(
            "ConfigMap/sluice",
            "ServiceAccount/sluice-worker",
            "PodDisruptionBudget/sluice-worker",
            "Deployment/sluice-worker",
            "Role/sluice-worker",
            "RoleBinding/sluice-worker",
            "NetworkPolicy/sluice-worker");
  }

  @Test
  void theSecretForKafkaIsInEveryPart() throws Exception {
    Map<String, JsonNode> objects = chart("--set", "secrets.kafka=kafka-users");

    assertThat(objects.get("ConfigMap/sluice").at("/data/sluice.yaml/kafka-properties").asText())
        .isEqualTo("/etc/sluice/kafka/kafka.properties");
    for (String part :
        List.of(
            "Deployment/sluice-receiver",
            "StatefulSet/sluice-dispatcher",
            "Deployment/sluice-worker")) {
      assertThat(objects.get(part).findValues("secretName"))
          .as(part)
          .extracting(JsonNode::asText)
          .contains("kafka-users");
      assertThat(objects.get(part).at("/spec/template/spec/containers/0").findValues("mountPath"))
          .as(part)
          .extracting(JsonNode::asText)
          .contains("/etc/sluice/kafka");
    }
  }

  @Test
  void theReceiverIsReachedByAnIngressOrARoute() throws Exception {
    Map<String, JsonNode> ingress =
        chart(
            "--set",
            "receiver.ingress.enabled=true,receiver.ingress.host=hooks.example,receiver.ingress.tlsSecret=tls");
    Map<String, JsonNode> route =
        chart(
            "--set",
            "receiver.httpRoute.enabled=true,receiver.httpRoute.host=hooks.example,receiver.httpRoute.parentRefs[0].name=public");

    JsonNode rule = ingress.get("Ingress/sluice-receiver").at("/spec/rules/0");
    assertThat(rule.path("host").asText()).isEqualTo("hooks.example");
    assertThat(rule.at("/http/paths/0/backend/service/name").asText()).isEqualTo("sluice-receiver");
    assertThat(route.get("HTTPRoute/sluice-receiver").at("/spec/hostnames/0").asText())
        .isEqualTo("hooks.example");
    assertThat(helm("--set", "receiver.ingress.enabled=true").output())
        .contains("receiver.ingress.host is needed");
  }

  @Test
  void aValueThatIsNotKnownIsRefused() throws Exception {
    ProgramRun misspelt = helm("--set", "receiver.replica=3");

    assertThat(misspelt.code()).isNotZero();
    assertThat(misspelt.output()).contains("replica");
  }

  @Test
  void aDigestTakesThePlaceOfTheTag() throws Exception {
    String digest = "sha256:" + "a".repeat(64);

    assertThat(
            chart("--set", "image.repository=registry.example/sluice,image.digest=" + digest)
                .get("Deployment/sluice-worker")
                .findValue("image")
                .asText())
        .isEqualTo("registry.example/sluice@" + digest);
  }

  @Test
  void changedSettingsRestartThePods() throws Exception {
    JsonNode before = annotations(helm());
    JsonNode after = annotations(helm("--set", "settings.homes=16"));

    assertThat(before.path("checksum/settings").asText()).hasSize(64);
    assertThat(after).isNotEqualTo(before);
  }

  private static JsonNode annotations(ProgramRun run) throws IOException {
    return RenderedObjects.documents(run.output()).stream()
        .filter(each -> each.path("kind").asText().equals("StatefulSet"))
        .findFirst()
        .orElseThrow()
        .at("/spec/template/metadata/annotations");
  }

  private static Map<String, JsonNode> chart(String... options) throws Exception {
    ProgramRun run = helm(options);
    assertThat(run.code()).as(run.output()).isZero();
    return RenderedObjects.of(run.output());
  }

  private static ProgramRun helm(String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "helm",
                "template",
                "sluice",
                "../k8s/chart",
                "--namespace",
                NAMESPACE,
                "--kube-version",
                "1.37.0"));
    command.addAll(Arrays.asList(options));
    return ProgramRun.of(
        Path.of("."), Map.of(), Duration.ofMinutes(1), command.toArray(String[]::new));
  }

  private static String run(String... command) throws Exception {
    ProgramRun run = ProgramRun.of(Path.of("."), Map.of(), Duration.ofMinutes(1), command);
    assertThat(run.code()).as(run.output()).isZero();
    return run.output();
  }
}

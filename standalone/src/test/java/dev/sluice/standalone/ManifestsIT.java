package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.platform.process.NeededProgram;
import dev.sluice.simulated.ClusterFixture;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real API server accepts every object of the deployment files, as a dry run. */
@Tag("kubernetes")
class ManifestsIT {

  @BeforeEach
  void requireARealCluster() {
    assumeTrue(
        ClusterFixture.realKubeconfig().isPresent(),
        "the simulated cluster does not validate objects");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base",
        "sample",
        "narrow",
        "overlays/hub",
        "overlays/worker",
        "locked-down",
        "tenant",
        "flow-control",
        "protection",
        "try-it"
      })
  void everyKustomizationIsAccepted(String directory) throws Exception {
    NeededProgram.check("kustomize");
    assertAccepted("kustomize", "build", "../k8s/" + directory);
  }

  @Test
  void theChartIsAccepted() throws Exception {
    NeededProgram.check("helm");
    assertAccepted(
        "helm",
        "template",
        "sluice",
        "../k8s/chart",
        "--kube-version",
        "1.37.0",
        "--set",
        "receiver.ingress.enabled=true,receiver.ingress.host=hooks.example,secrets.kafka=kafka");
  }

  private static void assertAccepted(String... command) throws Exception {
    ProgramRun run = ProgramRun.of(Path.of("."), Map.of(), Duration.ofMinutes(1), command);
    assertThat(run.code()).as(run.output()).isZero();
    try (ClusterFixture cluster = ClusterFixture.open()) {
      KubernetesClient client = cluster.client();
      List<HasMetadata> objects =
          client
              .load(new ByteArrayInputStream(run.output().getBytes(StandardCharsets.UTF_8)))
              .items();
      assertThat(objects).isNotEmpty();
      for (HasMetadata object : objects) {
        if (object.getMetadata().getNamespace() != null) {
          // a dry run needs a namespace that exists
          object.getMetadata().setNamespace(cluster.namespace());
        }
        assertThat(
                client
                    .resource(object)
                    .dryRun()
                    .patch(
                        new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager("manifests")
                            .withFieldValidation("Strict")
                            .withForce(true)
                            .build())
                    .getMetadata()
                    .getName())
            .isEqualTo(object.getMetadata().getName());
      }
    }
  }
}

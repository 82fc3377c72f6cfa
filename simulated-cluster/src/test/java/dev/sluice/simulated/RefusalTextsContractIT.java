package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Texts with which Kubernetes 1.37 refuses objects; earlier releases print Go's own syntax. */
@Tag("kubernetes")
class RefusalTextsContractIT {
  private static ClusterFixture fixture;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    manifests = new Manifests(fixture.client(), fixture.namespace());
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  @TestFactory
  Stream<DynamicTest> refuses() throws Exception {
    assumeTrue(fixture.isAtLeast(37), "an earlier release has other texts");
    try (InputStream file = getClass().getResourceAsStream("/refusals.yaml")) {
      Object cases = Serialization.unmarshal(Objects.requireNonNull(file), Object.class);
      return new ObjectMapper()
          .valueToTree(cases)
          .valueStream()
          .map(c -> DynamicTest.dynamicTest(c.path("name").asText(), () -> refuses(c)));
    }
  }

  private static void refuses(JsonNode refusal) {
    if (refusal.has("first")) {
      manifests.apply("one", refusal.path("first").toString());
    }
    assertThat(
            Manifests.refusal(() -> manifests.force("one", refusal.path("manifest").toString()))
                .getMessage())
        .isEqualTo(refusal.path("message").asText());
  }
}

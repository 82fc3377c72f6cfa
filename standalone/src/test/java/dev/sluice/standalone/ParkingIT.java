package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the API server refuses parks its application and no other, and heals by the next good
 * commit.
 */
@Tag("kubernetes")
class ParkingIT {

  @Test
  void aRefusedManifestParksItsApplicationWithADeadLetterThatSaysWhy(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.application("good", "good", namespace, STAGING);
      scenario.application("bad", "bad", namespace, STAGING);
      scenario.commit(
          Map.of(
              "good/configmap.yaml", configMap("good", "one"),
              "bad/configmap.yaml", configMap("bad", "one")));
      try (OneProcess sluice = scenario.start()) {
        awaitValue(scenario, "good", "one");
        awaitValue(scenario, "bad", "one");

        CommitId broken =
            scenario.commit(
                Map.of(
                    "good/configmap.yaml",
                    configMap("good", "two"),
                    "bad/service.yaml",
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: bad}
                    spec:
                      ports: [{port: 123456}]
                    """));
        assertThat(scenario.webhook(sluice.webhookPort(), broken)).isEqualTo(202);

        awaitValue(scenario, "good", "two");
        patiently().until(() -> deadLetters(scenario).size() == 1);
        DeadLetterEvent.Opened opened = (DeadLetterEvent.Opened) deadLetters(scenario).getFirst();
        assertThat(opened.subject().orElseThrow().application()).hasToString("bad");
        assertThat(opened.subject().orElseThrow().commit()).contains(broken);
        assertThat(opened.failure().message()).contains("port");
        assertThat(opened.failure().object().orElseThrow())
            .hasToString("Service " + namespace + "/bad");
        scenario.verify();

        CommitId healed = scenario.commit(Map.of("bad/service.yaml", ""));
        assertThat(scenario.webhook(sluice.webhookPort(), healed)).isEqualTo(202);
        patiently()
            .untilAsserted(
                () ->
                    assertThat(deadLetters(scenario).getLast())
                        .isInstanceOf(DeadLetterEvent.Closed.class));
        scenario.verify();
      }
    }
  }

  private static List<DeadLetterEvent> deadLetters(Scenario scenario) {
    return scenario.read(scenario.kafka().topics().deadLetters(), DeadLetterEvent.class);
  }

  private static void awaitValue(Scenario scenario, String name, String value) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(scenario.value(STAGING, scenario.namespace(), name, "value"))
                    .contains(value));
  }
}

package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A manifest that the API server refuses parks only its application, until the next good commit.
 */
@Tag("kubernetes")
class ParkingIT {

  @Test
  void aRefusedManifestParksItsApplicationWithADeadLetter(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.fleet().application("good", "good", namespace, STAGING);
      scenario.fleet().application("bad", "bad", namespace, STAGING);
      scenario.commit(
          Map.of(
              "good/configmap.yaml", configMap("good", "one"),
              "bad/configmap.yaml", configMap("bad", "one")));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("good", "one");
        scenario.configMaps().awaitValue("bad", "one");

        CommitId broken =
            scenario.push(
                sluice,
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

        scenario.configMaps().awaitValue("good", "two");
        patiently().until(() -> scenario.deadLetters().size() == 1);
        DeadLetterEvent.Opened opened = (DeadLetterEvent.Opened) scenario.deadLetters().getFirst();
        assertThat(opened.subject().orElseThrow().application()).hasToString("bad");
        assertThat(opened.subject().orElseThrow().commit()).contains(broken);
        assertThat(opened.failure().message()).contains("port");
        assertThat(opened.failure().object().orElseThrow())
            .hasToString("Service " + namespace + "/bad");
        scenario.verify();

        scenario.push(sluice, Map.of("bad/service.yaml", ""));
        patiently()
            .untilAsserted(
                () ->
                    assertThat(scenario.deadLetters().getLast())
                        .isInstanceOf(DeadLetterEvent.Closed.class));
        scenario.verify();
      }
    }
  }
}

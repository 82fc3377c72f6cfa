package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that move to an application whose sources the dispatcher refuses. */
@Tag("kubernetes")
class RefusedMoveIT {

  private static final String MOVED = configMap("moved", "x");

  /** Names a file that is not there. */
  private static final String REFUSED = "resources: [kept.yaml, moved.yaml, missing.yaml]";

  @Test
  void aMovedObjectIsKeptUntilItsNewApplicationCanBeRead(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      begin(scenario, Optional.of("resources: [kept.yaml]"));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> owner(scenario, "kept").equals(Optional.of("taker")));
        patiently().until(() -> owner(scenario, "zebra").equals(Optional.of("giver")));
        String uid = uid(scenario, "moved");

        push(
            scenario,
            sluice,
            Map.of(
                "giver/moved.yaml",
                "",
                "giver/zebra.yaml",
                "",
                "taker/moved.yaml",
                MOVED,
                "taker/kustomization.yaml",
                REFUSED));
        patiently().until(() -> reasons(scenario, "giver").contains("ClaimsUnknown"));
        patiently().until(() -> find(scenario, "zebra").isEmpty());
        assertThat(uid(scenario, "moved")).isEqualTo(uid);

        push(scenario, sluice, Map.of("taker/missing.yaml", configMap("missing", "x")));
        patiently().until(() -> owner(scenario, "moved").equals(Optional.of("taker")));
        patiently().until(() -> isClosed(scenario, "giver"));
        assertThat(uid(scenario, "moved")).isEqualTo(uid);
        scenario.verify();
      }
    }
  }

  @Test
  void anObjectThatNobodyTakesAfterAllIsDeleted(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      begin(scenario, Optional.of("resources: [kept.yaml]"));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> owner(scenario, "kept").equals(Optional.of("taker")));
        patiently().until(() -> owner(scenario, "moved").equals(Optional.of("giver")));

        push(
            scenario,
            sluice,
            Map.of(
                "giver/moved.yaml", "",
                "taker/moved.yaml", MOVED,
                "taker/kustomization.yaml", REFUSED));
        patiently().until(() -> reasons(scenario, "giver").contains("ClaimsUnknown"));

        // exactly what was sent last: no target follows
        push(
            scenario,
            sluice,
            Map.of("taker/moved.yaml", "", "taker/kustomization.yaml", "resources: [kept.yaml]"));
        patiently().until(() -> find(scenario, "moved").isEmpty());
        patiently().until(() -> isClosed(scenario, "giver"));
        scenario.verify();
      }
    }
  }

  @Test
  void anApplicationThatWasNeverReadableMayClaimAnObject(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      begin(scenario, Optional.empty());
      String uid;
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> owner(scenario, "moved").equals(Optional.of("giver")));
        patiently().until(() -> !reasons(scenario, "taker").isEmpty());
        uid = uid(scenario, "moved");

        push(
            scenario,
            sluice,
            Map.of(
                "giver/moved.yaml", "",
                "taker/moved.yaml", MOVED,
                "taker/kustomization.yaml", REFUSED));
        patiently().until(() -> reasons(scenario, "giver").contains("ClaimsUnknown"));
      }
      try (OneProcess sluice = scenario.start()) {
        push(scenario, sluice, Map.of("giver/zebra.yaml", ""));
        patiently().until(() -> find(scenario, "zebra").isEmpty());
        assertThat(uid(scenario, "moved")).isEqualTo(uid);

        push(scenario, sluice, Map.of("taker/missing.yaml", configMap("missing", "x")));
        patiently().until(() -> owner(scenario, "moved").equals(Optional.of("taker")));
        patiently().until(() -> isClosed(scenario, "giver"));
        assertThat(uid(scenario, "moved")).isEqualTo(uid);
        scenario.verify();
      }
    }
  }

  /** Begins with an application that has all objects but one, and another for it. */
  private static void begin(Scenario scenario, Optional<String> kustomization) throws Exception {
    scenario.application("giver", "giver", scenario.namespace(), STAGING);
    scenario.application("taker", "taker", scenario.namespace(), STAGING);
    Map<String, String> files = new HashMap<>();
    files.put("giver/keep.yaml", configMap("keep", "x"));
    files.put("giver/moved.yaml", MOVED);
    files.put("giver/zebra.yaml", configMap("zebra", "x"));
    files.put("taker/kept.yaml", configMap("kept", "x"));
    files.put("taker/kustomization.yaml", kustomization.orElse(REFUSED));
    scenario.commit(files);
  }

  private static void push(Scenario scenario, OneProcess sluice, Map<String, String> files)
      throws Exception {
    assertThat(scenario.webhook(sluice.webhookPort(), scenario.commit(files))).isEqualTo(202);
  }

  private static List<String> reasons(Scenario scenario, String application) {
    return events(scenario, DeadLetterEvent.Opened.class).stream()
        .filter(opened -> opened.key().equals(STAGING + "/" + application))
        .map(opened -> opened.failure().code())
        .toList();
  }

  private static boolean isClosed(Scenario scenario, String application) {
    return events(scenario, DeadLetterEvent.Closed.class).stream()
        .anyMatch(closed -> closed.key().equals(STAGING + "/" + application));
  }

  private static <E extends DeadLetterEvent> List<E> events(Scenario scenario, Class<E> type) {
    return scenario.read(scenario.kafka().topics().deadLetters(), type);
  }

  private static Optional<ConfigMap> find(Scenario scenario, String name) {
    return Optional.ofNullable(
        scenario
            .client(STAGING)
            .configMaps()
            .inNamespace(scenario.namespace())
            .withName(name)
            .get());
  }

  private static Optional<String> owner(Scenario scenario, String name) {
    return find(scenario, name)
        .map(map -> map.getMetadata().getLabels().get(Ownership.APPLICATION_LABEL));
  }

  private static String uid(Scenario scenario, String name) {
    return find(scenario, name).orElseThrow().getMetadata().getUid();
  }
}

package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.standalone.process.OneProcess;
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

  /** A kustomization with a missing file. */
  private static final String REFUSED = "resources: [kept.yaml, moved.yaml, missing.yaml]";

  @Test
  void aMovedObjectIsKeptUntilItsNewApplicationCanBeRead(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      begin(scenario, Optional.of("resources: [kept.yaml]"));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().owner("kept").equals(Optional.of("taker")));
        patiently().until(() -> scenario.configMaps().owner("zebra").equals(Optional.of("giver")));
        String uid = scenario.configMaps().uid("moved");

        scenario.push(
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
        patiently().until(() -> scenario.configMaps().find("zebra").isEmpty());
        assertThat(scenario.configMaps().uid("moved")).isEqualTo(uid);

        scenario.push(sluice, Map.of("taker/missing.yaml", configMap("missing", "x")));
        patiently().until(() -> scenario.configMaps().owner("moved").equals(Optional.of("taker")));
        patiently().until(() -> isClosed(scenario, "giver"));
        assertThat(scenario.configMaps().uid("moved")).isEqualTo(uid);
        scenario.verify();
      }
    }
  }

  @Test
  void aMovedObjectThatIsNotClaimedIsDeleted(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      begin(scenario, Optional.of("resources: [kept.yaml]"));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().owner("kept").equals(Optional.of("taker")));
        patiently().until(() -> scenario.configMaps().owner("moved").equals(Optional.of("giver")));

        scenario.push(
            sluice,
            Map.of(
                "giver/moved.yaml", "",
                "taker/moved.yaml", MOVED,
                "taker/kustomization.yaml", REFUSED));
        patiently().until(() -> reasons(scenario, "giver").contains("ClaimsUnknown"));

        // the same inputs as those sent last: no target follows
        scenario.push(
            sluice,
            Map.of("taker/moved.yaml", "", "taker/kustomization.yaml", "resources: [kept.yaml]"));
        patiently().until(() -> scenario.configMaps().find("moved").isEmpty());
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
        patiently().until(() -> scenario.configMaps().owner("moved").equals(Optional.of("giver")));
        patiently().until(() -> !reasons(scenario, "taker").isEmpty());
        uid = scenario.configMaps().uid("moved");

        scenario.push(
            sluice,
            Map.of(
                "giver/moved.yaml", "",
                "taker/moved.yaml", MOVED,
                "taker/kustomization.yaml", REFUSED));
        patiently().until(() -> reasons(scenario, "giver").contains("ClaimsUnknown"));
      }
      try (OneProcess sluice = scenario.start()) {
        scenario.push(sluice, Map.of("giver/zebra.yaml", ""));
        patiently().until(() -> scenario.configMaps().find("zebra").isEmpty());
        assertThat(scenario.configMaps().uid("moved")).isEqualTo(uid);

        scenario.push(sluice, Map.of("taker/missing.yaml", configMap("missing", "x")));
        patiently().until(() -> scenario.configMaps().owner("moved").equals(Optional.of("taker")));
        patiently().until(() -> isClosed(scenario, "giver"));
        assertThat(scenario.configMaps().uid("moved")).isEqualTo(uid);
        scenario.verify();
      }
    }
  }

  /** Commits an application with all objects but one, and an application with that one. */
  private static void begin(Scenario scenario, Optional<String> kustomization) throws Exception {
    scenario.fleet().application("giver", "giver", scenario.namespace(), STAGING);
    scenario.fleet().application("taker", "taker", scenario.namespace(), STAGING);
    Map<String, String> files = new HashMap<>();
    files.put("giver/keep.yaml", configMap("keep", "x"));
    files.put("giver/moved.yaml", MOVED);
    files.put("giver/zebra.yaml", configMap("zebra", "x"));
    files.put("taker/kept.yaml", configMap("kept", "x"));
    files.put("taker/kustomization.yaml", kustomization.orElse(REFUSED));
    scenario.commit(files);
  }

  private static List<String> reasons(Scenario scenario, String application) {
    return scenario
        .read(scenario.kafka().topics().deadLetters(), DeadLetterEvent.Opened.class)
        .stream()
        .filter(opened -> opened.key().equals(STAGING + "/" + application))
        .map(opened -> opened.failure().code().value())
        .toList();
  }

  private static boolean isClosed(Scenario scenario, String application) {
    return scenario
        .read(scenario.kafka().topics().deadLetters(), DeadLetterEvent.Closed.class)
        .stream()
        .anyMatch(closed -> closed.key().equals(STAGING + "/" + application));
  }
}

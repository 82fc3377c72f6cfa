package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository whose commits need signatures, with all parts. */
@Tag("kubernetes")
class SignedCommitsIT {

  private static final String KEY =
      "ada@example.org ssh-ed25519"
          + " AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

  @Test
  void anUnsignedCommitIsShownAndTheLastTargetStaysInForce(@TempDir Path directory)
      throws Exception {
    Path signers = Files.writeString(directory.resolve("allowed_signers"), KEY);
    String verify = ", verify: {mode: head, allowedSigners: \"file:%s\"}}".formatted(signers);
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("web", "one");
        scenario.fleet().replace("localhost/scenario/apps}", "localhost/scenario/apps" + verify);
        patiently()
            .until(
                () ->
                    scenario
                        .read(
                            scenario.kafka().topics().changes(),
                            ChangeEvent.DefinitionAccepted.class)
                        .stream()
                        .anyMatch(SignedCommitsIT::isVerified));

        CommitId unsigned =
            scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "two")));

        patiently()
            .until(() -> CommandRun.of(sluice, "get", "apps", "web").words().contains("Parked"));
        String expected =
            "commit %s of localhost/scenario/apps is not signed; verify.mode head expects a signature by 1 SSH key at file:%s"
                .formatted(unsigned, signers);
        assertThat(CommandRun.of(sluice, "describe", "web").words())
            .contains("wrong staging: Unsigned: " + expected)
            .contains("remedy Sign it and push again");
        assertThat(CommandRun.of(sluice, "status").words()).contains("dead letters 1 Unsigned");
        assertThat(scenario.configMaps().value("web")).hasValue("one");
        scenario.verify();

        scenario.fleet().replace(verify, "}");
        scenario.configMaps().awaitValue("web", "two");
        patiently()
            .until(() -> !CommandRun.of(sluice, "get", "apps", "web").words().contains("Parked"));
        scenario.verify();
      }
    }
  }

  private static boolean isVerified(ChangeEvent.DefinitionAccepted accepted) {
    return accepted.definition().sources().getFirst().verify().isPresent();
  }
}

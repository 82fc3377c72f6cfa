package dev.sluice.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.ClusterName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances never have one name, and a restarted one has its own again. */
class InstanceNameTest {

  @Test
  void aDirectoryHasOneName(@TempDir Path directory) {
    String first = InstanceName.of(directory.resolve("a"));
    assertThat(InstanceName.of(directory.resolve("a/../a"))).isEqualTo(first);
    assertThat(InstanceName.of(directory.resolve("b"))).isNotEqualTo(first);
    assertThat(first).matches("[A-Za-z0-9.-]+-[0-9a-f]{10}");
  }

  @Test
  void aDirectoryThatTookAnothersPlaceHasAnotherName(@TempDir Path directory) throws Exception {
    Path place = directory.resolve("a");
    String first = InstanceName.of(place);
    Files.move(place, directory.resolve("b"));
    assertThat(InstanceName.of(place)).isNotEqualTo(first);
  }

  @Test
  void aNameWithoutADirectoryIsUnique() {
    assertThat(InstanceName.random()).isNotEqualTo(InstanceName.random());
  }

  @Test
  void twoProcessesWithAllPartsNeverLeadOneCluster(@TempDir Path directory) {
    OneProcess.Plan first = plan(directory.resolve("a"));
    OneProcess.Plan second = plan(directory.resolve("b"));
    assertThat(identity(first)).isNotEqualTo(identity(second));
    assertThat(first.dispatcher().instance()).isNotEqualTo(second.dispatcher().instance());
    assertThat(identity(plan(directory.resolve("a"))))
        .as("after a restart")
        .isEqualTo(identity(first));
  }

  private static OneProcess.Plan plan(Path mirrors) {
    return OneProcess.Plan.from(
        Map.of(
            "fleet",
            "fleet",
            "mirrors",
            mirrors.toString(),
            "webhook-endpoint",
            "name=github,forge=github,host=localhost,secret=env:PATH"),
        Map.of());
  }

  private static String identity(OneProcess.Plan plan) {
    return plan.worker().apply(new ClusterName("east")).identity();
  }
}

package dev.sluice.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandLineInterfaceTest {

  private static final Setting<Integer> PORT = Setting.integer("port", "a port", 1, 65535);
  private static final Setting<List<String>> NAMES =
      Setting.list("name", "NAME", "a name", text -> text);
  private static final Setting<Boolean> LOUD = Setting.flag("loud", "whether it is loud");

  private final List<String> ran = new ArrayList<>();

  @Test
  void aCommandGetsItsSettings() {
    assertThat(run(Map.of("SLUICE_PORT", "7"), "serve", "--name", "a", "--name=b", "--loud"))
        .isZero();
    assertThat(ran).containsExactly("7 [a, b] true");
  }

  @Test
  void everyCommandHasHelp() {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(run(Map.of(), "serve", "--help")).isZero();
    assertThat(run(Map.of(), "--version")).isZero();
    assertThat(ran).isEmpty();
  }

  @Test
  void wrongUsageAndWrongConfigurationExitWithTwo() {
    assertThat(run(Map.of())).isEqualTo(2);
    assertThat(run(Map.of(), "sevre")).isEqualTo(2);
    assertThat(run(Map.of(), "serve", "--prot", "1")).isEqualTo(2);
    assertThat(run(Map.of(), "serve")).as("a required setting is missing").isEqualTo(2);
    assertThat(run(Map.of("SLUICE_PROT", "1"), "serve", "--port", "1")).isEqualTo(2);
    assertThat(ran).isEmpty();
  }

  @Test
  void aCommandThatFailsExitsWithOne() {
    assertThat(run(Map.of(), "fail")).isEqualTo(1);
  }

  private int run(Map<String, String> environment, String... arguments) {
    Command serve =
        new Command(
            "serve",
            "Serves.",
            List.of(PORT, NAMES, LOUD),
            values -> {
              ran.add(values.get(PORT) + " " + values.get(NAMES) + " " + values.get(LOUD));
              return 0;
            });
    Command fail =
        new Command(
            "fail",
            "Fails.",
            List.of(),
            values -> {
              throw new IllegalStateException("nothing is there");
            });
    return new CommandLineInterface(List.of(serve, fail), environment).run(arguments);
  }
}

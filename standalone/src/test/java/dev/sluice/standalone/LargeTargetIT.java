package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications whose inputs are larger than a record of Kafka. */
class LargeTargetIT {

  /** Characters of a ConfigMap, which may have 1 MiB of data. */
  private static final int OBJECT = 900_000;

  private final Random random = new Random(1);

  @Test
  void aLargeApplicationIsAppliedAndOneThatIsTooLargeIsRefusedAlone(@TempDir Path directory)
      throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      // as in production: the simulated server does one thing at a time, also with large objects
      scenario.setting("lease-duration", "15s");
      scenario.setting("lease-renew-deadline", "10s");
      scenario.setting("lease-retry-period", "2s");
      scenario.fleet().application("small", "small", scenario.namespace(), STAGING);
      scenario.fleet().application("large", "large", scenario.namespace(), STAGING);
      scenario.fleet().application("random", "random", scenario.namespace(), STAGING);
      Map<String, String> files = new HashMap<>();
      files.put("small/config.yaml", configMap("small", "one"));
      files.putAll(configMaps("large", 20, this::words));
      files.putAll(configMaps("random", 15, this::noise));
      scenario.commit(files);
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("small", "one");
        for (String last : new String[] {"large-19", "random-14"}) {
          patiently()
              .untilAsserted(
                  () ->
                      assertThat(scenario.configMaps().value(last).map(String::length))
                          .contains(OBJECT));
        }

        scenario.push(
            sluice,
            Map.of(
                "small/config.yaml", configMap("small", "two"),
                "random/config.yaml", configMap("random", "two"),
                "large/large-0.yaml", configMap("large-0", "two"),
                "large/more.yaml", "#" + "x".repeat(17_000_000)));

        scenario.configMaps().awaitValue("small", "two");
        scenario.configMaps().awaitValue("random", "two");
        patiently().until(() -> scenario.deadLetters().size() == 1);
        DeadLetterEvent.Opened opened = (DeadLetterEvent.Opened) scenario.deadLetters().getFirst();
        Failure failure = opened.failure();
        assertThat(opened.subject().orElseThrow().application()).hasToString("large");
        assertThat(failure.code()).isEqualTo(SourceFailure.TOO_LARGE);
        assertThat(failure.message())
            .contains("larger than 33554432 bytes", "split the application");
        assertThat(scenario.configMaps().value("large-0"))
            .as("the last one stays")
            .hasValueSatisfying(value -> assertThat(value).hasSize(OBJECT));
        patiently().untilAsserted(() -> assertThat(scenario.violations(Set.of(STAGING))).isEmpty());
      }
    }
  }

  private static Map<String, String> configMaps(
      String application, int count, Supplier<String> value) {
    Map<String, String> files = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String name = application + "-" + i;
      files.put("%s/%s.yaml".formatted(application, name), configMap(name, value.get()));
    }
    return files;
  }

  /** Returns text that is compressed to about a tenth. */
  private String words() {
    StringBuilder text = new StringBuilder(OBJECT + 20);
    while (text.length() < OBJECT) {
      text.append("replicas of the server ").append(random.nextInt(100)).append(", ");
    }
    return text.substring(0, OBJECT);
  }

  /** Returns text that is compressed to three quarters. */
  private String noise() {
    byte[] bytes = new byte[OBJECT / 4 * 3];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}

package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.process.FaultyClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recovery of deliveries that GitHub could not make, with a fake of its API and a real broker. */
class CatchUpIT {

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);
  private final AtomicReference<Running> receiver = new AtomicReference<>();
  @TempDir private Path directory;
  private Path token;

  @BeforeEach
  void writeToken() throws IOException {
    token = Files.writeString(directory.resolve("token"), FakeGithubHook.TOKEN + "\n");
  }

  @Test
  void requestsDeliveriesThatFailedWhileItWasDown() throws Exception {
    try (FakeGithubHook github = new FakeGithubHook(this::deliver)) {
      github.attempted("too-old", 4 * 24 * 3600, 503);
      github.attempted("refused", 7_300, 401);
      github.attempted("away-1", 7_200, 502);
      github.attempted("taken", 7_100, 202);
      github.attempted("late", 7_000, 504);
      github.attempted("away-2", 6_900, 503);
      github.attempted("late", 6_800, 202);
      github.attempted("just-now", 2, 503);
      try (Running running = start(github)) {
        await().until(() -> github.asked.size() == 2);
        await().until(() -> running.health("/metrics").body().contains(asked(2)));

        assertThat(github.asked).containsExactly("away-1", "away-2");
        assertThat(Running.ids(kafka)).contains("github/away-1/0", "github/away-2/0");
      }
    }
  }

  @Test
  void requestsTheOthersWhenOneIsRefused() throws Exception {
    try (FakeGithubHook github = new FakeGithubHook(this::deliver)) {
      github.attempted(FakeGithubHook.UNWANTED + 1, 7_300, 503);
      github.attempted("lost", 7_200, 503);
      try (Running running = start(github)) {
        await().until(() -> Running.ids(kafka).contains("github/lost/0"));
        await().until(() -> failures(running) > 1);
        assertThat(github.asked).containsExactly("lost");
      }
    }
  }

  @Test
  void retriesWhileTheApiFailsAndSendsItsTokenNowhereElse() throws Exception {
    try (FakeGithubHook github = new FakeGithubHook(this::deliver)) {
      github.attempted("lost", 7_200, 503);
      github.fail(302);
      try (Running running = start(github)) {
        await().until(() -> failures(running) > 2);
        Files.writeString(token, "another");
        github.fail(0);
        int before = failures(running);
        await().until(() -> failures(running) > before + 2);
        assertThat(github.asked).isEmpty();

        Files.writeString(token, FakeGithubHook.TOKEN);
        await().until(() -> github.asked.equals(List.of("lost")));
        await().until(() -> Running.ids(kafka).contains("github/lost/0"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[null]", "[]", "{}", "[{\"id\":null}]"})
  void retriesAfterAnyInvalidAnswer(String nonsense) throws Exception {
    try (FakeGithubHook github = new FakeGithubHook(this::deliver)) {
      github.attempted("lost", 7_200, 503);
      github.talkNonsense(nonsense);
      try (Running running = start(github)) {
        await().until(() -> failures(running) > 1);
        github.talkNonsense("");
        await().until(() -> github.asked.equals(List.of("lost")));
      }
    }
  }

  @Test
  void retriesWhileTheTokenIsNotValidInAHeader() throws Exception {
    try (FakeGithubHook github = new FakeGithubHook(this::deliver)) {
      github.attempted("lost", 7_200, 503);
      Files.writeString(token, "one\u0001\ntwo");
      try (Running running = start(github)) {
        await().until(() -> failures(running) > 1);
        Files.writeString(token, FakeGithubHook.TOKEN);
        await().until(() -> github.asked.equals(List.of("lost")));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error", "stack overflow"})
  void isUnreadyWhileTheLoopFails(String fault) throws Exception {
    FaultyClock clock = new FaultyClock("CatchUp");
    try (FakeGithubHook github = new FakeGithubHook(this::deliver);
        Running running = start(github, clock)) {
      await().until(() -> running.health("/readyz").statusCode() == 200);

      clock.fail(fault);

      await().until(() -> running.health("/readyz").statusCode() == 503);
      assertThat(running.health("/readyz").body()).contains("catch-up-github", "a test's fault");
      assertThat(running.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(running.health("/metrics").body()).contains("sluice_receiver_ready 0.0");
      assertThat(running.push("d-1").statusCode()).isEqualTo(202);

      clock.recover();
      github.attempted("lost", 7_200, 503);

      await().until(() -> github.asked.contains("lost"));
      await().until(() -> running.health("/readyz").statusCode() == 200);
    }
  }

  private Running start(FakeGithubHook github) throws IOException {
    return start(github, Clock.systemUTC());
  }

  private Running start(FakeGithubHook github, Clock clock) throws IOException {
    Running running =
        Running.start(
            directory,
            kafka,
            Map.of("webhook-catch-up", "50ms"),
            clock,
            "hook=" + github.hook(),
            "hook-token=file:" + token);
    receiver.set(running);
    return running;
  }

  private int deliver(String guid) {
    await().atMost(Duration.ofSeconds(10)).until(() -> receiver.get() != null);
    try {
      return receiver.get().push(guid).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static String asked(int times) {
    return "sluice_receiver_asked_again_total{endpoint=\"github\"} " + (double) times;
  }

  private static int failures(Running running) throws Exception {
    String name = "sluice_receiver_catch_up_failed_total{endpoint=\"github\"} ";
    return running
        .health("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElse(0);
  }
}

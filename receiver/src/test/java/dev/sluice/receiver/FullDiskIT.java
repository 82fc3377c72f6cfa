package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.process.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker whose disk is full: it runs under a limit on file sizes, which causes the same write
 * failure.
 */
class FullDiskIT {

  /** Kafka preallocates 10 MiB for each index. */
  private static final int MAX_FILE_KIB = 11 * 1024;

  /** Titles that do not compress, so that few deliveries fill the disk. */
  private static final int TITLE_LENGTH = 60_000;

  @TempDir private Path directory;

  @Test
  @Timeout(300)
  void losesNothingWhenTheBrokersDiskIsFull() throws Exception {
    int port = FreePort.find();
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + port, Topics.DEFAULT, Map.of());
    List<String> accepted = new ArrayList<>();
    List<Integer> answers = new ArrayList<>();
    Process limited = broker(port);
    try (Running running =
        Running.start(directory, kafka, Map.of("webhook-publish-timeout", "2500ms"))) {
      await().atMost(Duration.ofSeconds(60)).until(() -> provisioned(kafka));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> running.get("/readyz").statusCode() == 200);
      for (int i = 0; answers.size() < 3; i++) {
        int answer = merge(running, "merge-" + i);
        if (answer == 202) {
          accepted.add("github/merge-%d/0".formatted(i));
        } else {
          answers.add(answer);
        }
      }
      limited.destroyForcibly().waitFor();

      assertThat(answers).containsOnly(503);
      assertThat(accepted).as("accepted before the disk was full").hasSizeGreaterThan(50);
      try (EmbeddedBroker _ = EmbeddedBroker.start(directory.resolve("kafka"), port)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> merge(running, "once-there-is-room") == 202);
        assertThat(Running.ids(kafka))
            .containsAll(accepted)
            .contains("github/once-there-is-room/0");
      }
    } finally {
      limited.destroyForcibly().waitFor();
    }
  }

  private static int merge(Running running, String delivery) throws Exception {
    Random random = new Random(delivery.hashCode());
    String title =
        random
            .ints(TITLE_LENGTH, '0', 'z')
            .filter(Character::isLetterOrDigit)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    byte[] body =
        """
        {"action":"closed","repository":{"full_name":"shop/frontend"},"pull_request":{"merged":true,\
        "merge_commit_sha":"%s","number":1,"title":"%s","base":{"ref":"main"}}}\
        """
            .formatted("5".repeat(40), title)
            .getBytes(UTF_8);
    return running.post("pull_request", delivery, body).statusCode();
  }

  private Process broker(int port) throws IOException {
    return ChildProcess.start(
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f %d && exec \"$@\"".formatted(MAX_FILE_KIB),
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Broker.class.getName(),
                directory.resolve("kafka").toString(),
                Integer.toString(port))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  private static boolean provisioned(KafkaConnection kafka) {
    try (Admin admin = Admin.create(kafka.admin())) {
      new TopicProvisioner(admin, kafka.topics()).provision(Running.PARTITIONS);
      return true;
    } catch (RuntimeException e) {
      return false; // not started yet
    }
  }

  /** Main class of the broker's process; the arguments are its directory and port. */
  static final class Broker {

    private Broker() {}

    public static void main(String[] arguments) throws InterruptedException {
      EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
      Thread.currentThread().join();
    }
  }
}

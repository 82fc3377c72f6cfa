package dev.sluice.benchmarks.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.receiver.Receiver;
import dev.sluice.receiver.ReceiverConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Program of the server under test. Arguments: {@code receiver} or {@code bare}, the broker, a file
 * for the secret. Prints its port. For each line on standard input it prints its memory in KiB:
 * heap in use after a garbage collection, and resident memory.
 */
final class ServerUnderTest {

  private ServerUnderTest() {}

  public static void main(String[] arguments) throws IOException {
    KafkaConnection connection = new KafkaConnection(arguments[1], Topics.DEFAULT, Map.of());
    int port =
        arguments[0].equals("bare")
            ? BareServer.start(connection)
            : receiver(connection, Path.of(arguments[2]));
    System.out.println(port);
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (requests.readLine() != null) {
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024;
      System.out.println(heap + " " + residentKiB());
    }
    System.exit(0);
  }

  private static int receiver(KafkaConnection connection, Path secret) throws IOException {
    Files.writeString(secret, PushBodies.SECRET);
    Map<String, List<String>> options =
        Map.of(
            "webhook-host",
            List.of("127.0.0.1"),
            "webhook-port",
            List.of("0"),
            "webhook-max-buffered",
            List.of(Integer.toString(32 * 1024 * 1024)),
            "webhook-max-connections",
            List.of("20000"),
            // idle connections must stay open during the measurement
            "webhook-request-timeout",
            List.of("10m"),
            "webhook-publish-timeout",
            List.of("10s"),
            "webhook-endpoint",
            List.of("name=github,forge=github,secret=file:" + secret));
    ReceiverConfig config =
        ReceiverConfig.from(
            new Settings(ReceiverConfig.SETTINGS, List.of())
                .read(options, Map.of(), Optional.empty()));
    return Receiver.start(config, connection).port();
  }

  private static long residentKiB() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.notExists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}

package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.Forge;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged and forged deliveries of every forge over HTTP: never answered with 5xx while the broker
 * is up, and the topic has exactly the events that were answered with 202.
 */
class MutationIT {

  private static final int TIMES = 8;
  private static final Set<String> NOT_FOR_CLIENTS = Set.of("content-length", "host", "connection");

  private final KafkaConnection kafka = KafkaFixture.provisioned(Running.PARTITIONS);
  private final Random random = new Random(3);
  private final Mutations mutations = new Mutations(5);
  private final Set<String> accepted = new HashSet<>();
  @TempDir private Path directory;

  @Test
  void everyAcceptedEventIsInTheTopicAndNoOther() throws Exception {
    try (Receiver receiver = start();
        HttpClient http = HttpClient.newHttpClient()) {
      for (OwnDelivery delivery : OwnDelivery.all()) {
        for (int i = 0; i < TIMES; i++) {
          send(http, receiver.port(), delivery, i % 2 == 0);
        }
      }
    }
    assertThat(accepted).as("every forge has some").hasSizeGreaterThan(Forge.values().length);
    assertThat(Set.copyOf(Running.ids(kafka))).isEqualTo(accepted);
  }

  private void send(HttpClient http, int port, OwnDelivery delivery, boolean authentic)
      throws IOException, InterruptedException {
    byte[] original = delivery.body().getBytes(UTF_8);
    byte[] body = random.nextInt(3) == 0 ? original : mutations.body(original);
    OwnDelivery damaged =
        new OwnDelivery(
            delivery.forge(),
            delivery.name(),
            delivery.expected(),
            delivery.headers(),
            new String(body, UTF_8));
    String secret = authentic ? OwnDelivery.SECRET : "a:guess";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/webhooks/%s"
                        .formatted(port, delivery.forge().configName())))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    damaged.headers().forEach((name, value) -> header(request, name, value));
    Signed.as(delivery.forge(), secret, body, body)
        .forEach((name, value) -> header(request, name, value));

    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202, 400, 401);
    if (answer.statusCode() == 202) {
      new JsonObject(answer.body()).getJsonArray("events").forEach(id -> accepted.add((String) id));
    }
    if (!authentic) {
      assertThat(answer.statusCode()).isEqualTo(401);
    }
  }

  private static void header(HttpRequest.Builder request, String name, String value) {
    if (!NOT_FOR_CLIENTS.contains(name.toLowerCase(Locale.ROOT))) {
      request.setHeader(name, value);
    }
  }

  private Receiver start() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), OwnDelivery.SECRET);
    List<String> endpoints =
        Arrays.stream(Forge.values())
            .map(
                forge ->
                    "name=%s,forge=%s,host=%s,secret=file:%s"
                        .formatted(
                            forge.configName(), forge.configName(), OwnDelivery.HOST, secret))
            .toList();
    Map<String, List<String>> options =
        Map.of(
            "webhook-host",
            List.of("127.0.0.1"),
            "webhook-port",
            List.of("0"),
            "webhook-publish-timeout",
            List.of("15s"),
            "webhook-refusals",
            List.of("0"),
            "webhook-endpoint",
            endpoints);
    return Receiver.start(
        ReceiverConfig.from(
            new Settings(ReceiverConfig.SETTINGS, List.of())
                .read(options, Map.of(), Optional.empty())),
        kafka,
        Clock.systemUTC());
  }
}

package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.Forge;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.request.RequestHeaders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Parse results of each forge's sample deliveries, and their refusal without a signature. */
class OwnDeliveriesTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @MethodSource("dev.sluice.receiver.OwnDelivery#all")
  void everyDeliveryIsParsedAsExpected(OwnDelivery delivery) throws IOException {
    LiveEndpoint endpoint = live(delivery.forge());
    Map<String, String> headers = delivery.authenticHeaders();

    assertThat(authentic(endpoint, headers, delivery.body())).isTrue();
    assertThat(
            Described.of(
                endpoint
                    .reader()
                    .read(
                        new Delivery(
                            "forge",
                            endpoint.endpoint().address(),
                            RequestHeaders.of(headers.entrySet()),
                            delivery.body().getBytes(UTF_8),
                            Instant.EPOCH))))
        .isEqualTo(delivery.expected());
  }

  @ParameterizedTest
  @EnumSource(Forge.class)
  void nothingIsAuthenticWithoutTheSecret(Forge forge) throws IOException {
    LiveEndpoint endpoint = live(forge);
    OwnDelivery delivery = OwnDelivery.of(forge).getFirst();
    byte[] body = delivery.body().getBytes(UTF_8);

    assertThat(authentic(endpoint, delivery.headers(), delivery.body())).isFalse();
    for (String secret : List.of("another:secret", "user:", ":", OwnDelivery.SECRET + " ")) {
      Map<String, String> headers = Signed.as(forge, secret, body, body);
      assertThat(authentic(endpoint, headers, delivery.body())).as("signed with other").isFalse();
    }
    for (String header : Signed.as(forge, OwnDelivery.SECRET, body, body).keySet()) {
      for (String value : List.of("", " ", "sha256=", "Basic ", "Basic %", "0".repeat(64))) {
        assertThat(authentic(endpoint, Map.of(header, value), delivery.body()))
            .as("%s: %s", header, value)
            .isFalse();
      }
    }
  }

  private static boolean authentic(
      LiveEndpoint endpoint, Map<String, String> headers, String body) {
    return endpoint
        .authenticator()
        .begin(RequestHeaders.of(headers.entrySet()))
        .map(check -> check.accepts(body.getBytes(UTF_8)))
        .orElse(false);
  }

  private LiveEndpoint live(Forge forge) throws IOException {
    return Objects.requireNonNull(
        LiveEndpoint.resolve(List.of(OwnDelivery.endpoint(forge, directory)), Clock.systemUTC())
            .get(forge.configName()));
  }
}

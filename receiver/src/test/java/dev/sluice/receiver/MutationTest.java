package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.name.Forge;
import dev.sluice.receiver.endpoint.LiveEndpoint;
import dev.sluice.receiver.payload.Delivery;
import dev.sluice.receiver.payload.Parsed;
import dev.sluice.receiver.request.RequestHeaders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Randomly damaged deliveries, the same ones in every run. */
class MutationTest {

  private static final int TIMES = 200;
  private static final Set<Forge> SIGN_NO_BODY = Set.of(Forge.GITLAB, Forge.AZURE_DEVOPS);

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Forge.class)
  void anyBodyIsParsedWithoutAnException(Forge forge) throws IOException {
    LiveEndpoint endpoint = live(forge);
    Mutations mutations = new Mutations(7);
    int events = 0;
    for (OwnDelivery delivery : OwnDelivery.of(forge)) {
      for (int i = 0; i < TIMES; i++) {
        byte[] body = mutations.body(delivery.body().getBytes(UTF_8));
        Map<String, String> headers =
            i % 4 == 0 ? mutations.headers(delivery.headers()) : delivery.headers();

        Parsed parsed =
            endpoint
                .reader()
                .read(
                    new Delivery(
                        "forge",
                        endpoint.endpoint().address(),
                        RequestHeaders.of(headers.entrySet()),
                        body,
                        Instant.EPOCH));

        if (parsed instanceof Parsed.Events parsedEvents) {
          for (ChangeEvent event : parsedEvents.events()) {
            assertThat(event.repository().value()).startsWith(OwnDelivery.HOST + "/");
            assertThat(EventCodec.value(event)).isNotEmpty();
            events++;
          }
        }
      }
    }
    assertThat(events).as("some survive their damage").isPositive();
  }

  @ParameterizedTest
  @EnumSource(Forge.class)
  void noOtherBodyIsAuthenticUnderTheSignature(Forge forge) throws IOException {
    LiveEndpoint endpoint = live(forge);
    Mutations mutations = new Mutations(11);
    OwnDelivery delivery = OwnDelivery.of(forge).getFirst();
    byte[] original = delivery.body().getBytes(UTF_8);
    Map<String, String> authentic = delivery.authenticHeaders();
    Map<String, String> signature = Signed.as(forge, OwnDelivery.SECRET, original, original);
    for (int i = 0; i < TIMES; i++) {
      byte[] body = mutations.body(original);
      Map<String, String> headers = mutations.headers(authentic);
      boolean signed = headers.entrySet().containsAll(signature.entrySet());

      boolean accepted =
          endpoint
              .authenticator()
              .begin(RequestHeaders.of(headers.entrySet()))
              .map(check -> check.accepts(body))
              .orElse(false);

      assertThat(accepted)
          .isEqualTo(signed && (SIGN_NO_BODY.contains(forge) || Arrays.equals(body, original)));
    }
  }

  private LiveEndpoint live(Forge forge) throws IOException {
    return Objects.requireNonNull(
        LiveEndpoint.resolve(List.of(OwnDelivery.endpoint(forge, directory)), Clock.systemUTC())
            .get(forge.configName()));
  }
}

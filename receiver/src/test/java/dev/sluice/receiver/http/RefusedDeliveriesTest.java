package dev.sluice.receiver.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.receiver.payload.IgnoredReason;
import dev.sluice.receiver.request.RequestHeaders;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RefusedDeliveriesTest {

  private static final InetAddress FORGE = InetAddress.ofLiteral("192.0.2.7");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final InstantSource source = now::get;
  private final Clock clock = source.withZone(ZoneOffset.UTC);
  private final RefusedDeliveries refused = new RefusedDeliveries(clock);

  @Test
  void aRefusedDeliveryIsNamedWithSenderAndId() {
    refused.ended("github", FORGE, delivery("one"), Outcome.Refused.UNAUTHENTICATED);

    assertThat(refused.findings())
        .containsExactly(
            Finding.warning(
                PartFailure.DELIVERIES_REFUSED,
                "the endpoint github refused a delivery in the last hour, the last one as"
                    + " unauthenticated at 2026-01-01T12:00:00Z from 192.0.2.7, delivery one:"
                    + " compare the forge's secret with the endpoint's, and deliver again there"));
  }

  @Test
  void aDeliveryThatIsAcceptedAgainIsForgotten() {
    refused.ended("github", FORGE, delivery("one"), Outcome.Refused.UNAUTHENTICATED);
    refused.ended("github", FORGE, delivery("two"), new Outcome.Malformed("no ref"));
    refused.ended("github", FORGE, delivery("two"), new Outcome.Accepted(List.of()));
    assertThat(refused.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.message()).contains("delivery one"));

    refused.ended("github", FORGE, delivery("one"), new Outcome.Ignored(IgnoredReason.NOT_LISTED));
    assertThat(refused.findings()).isEmpty();
  }

  @Test
  void aRefusalIsForgottenAfterAnHour() {
    refused.ended("github", FORGE, delivery("one"), Outcome.Refused.UNAUTHENTICATED);
    now.set(NOON.plus(Duration.ofMinutes(59)));
    assertThat(refused.findings()).hasSize(1);
    now.set(NOON.plus(Duration.ofMinutes(61)));
    assertThat(refused.findings()).isEmpty();
  }

  @Test
  void anIdThatIsNotPrintableIsNotShown() {
    refused.ended("github", FORGE, delivery("\u001b[31m"), Outcome.Refused.UNAUTHENTICATED);
    assertThat(refused.findings())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.message())
                    .contains("without a delivery id")
                    .doesNotContain("\u001b"));
  }

  @Test
  void theNumberOfRememberedDeliveriesIsBounded() {
    for (int i = 0; i < 10_000; i++) {
      refused.ended("github", FORGE, delivery("id-" + i), Outcome.Refused.UNAUTHENTICATED);
    }
    assertThat(refused.findings())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.message())
                    .contains("at least 50 deliveries")
                    .contains("delivery id-9999"));
  }

  @Test
  void outcomesThatNoSenderCausedAreNotNoted() {
    refused.ended("github", FORGE, delivery("one"), Outcome.Refused.FAILED);
    refused.ended("github", FORGE, delivery("two"), new Outcome.Unavailable("no broker"));
    assertThat(refused.findings()).isEmpty();
  }

  private static RequestHeaders delivery(String id) {
    return RequestHeaders.of(List.of(Map.entry("X-GitHub-Delivery", id)));
  }
}

package dev.sluice.receiver.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.payload.IgnoredReason;
import dev.sluice.receiver.request.RequestHeaders;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LastDeliveriesTest {

  private static final InetAddress FORGE = InetAddress.ofLiteral("192.0.2.7");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final LastDeliveries last =
      new LastDeliveries(
          List.of(
              Endpoint.parse("name=github,forge=github,secret=env:ONE"),
              Endpoint.parse("name=git,forge=gitea,host=git.example.com:3000/git,secret=env:TWO")),
          Clock.fixed(NOON, ZoneOffset.UTC));

  @Test
  void anEndpointWithoutDeliveriesIsReportedWithItsAddress() {
    assertThat(last.all())
        .containsExactly(
            new Heartbeat.Endpoint(
                "git", "git.example.com:3000/git", Optional.empty(), Optional.empty()),
            new Heartbeat.Endpoint("github", "github.com", Optional.empty(), Optional.empty()));
  }

  @Test
  void aTestDeliveryIsAuthenticAndHasItsReason() {
    last.ended("github", FORGE, delivery("one"), new Outcome.Ignored(IgnoredReason.PING));

    assertThat(last.all().getLast().authentic())
        .contains(
            new Heartbeat.Delivery(NOON, Optional.of("one"), "192.0.2.7", Optional.of("ping")));
    assertThat(last.all().getLast().refused()).isEmpty();
  }

  @Test
  void aRefusalDoesNotReplaceTheLastAuthenticDelivery() {
    last.ended("github", FORGE, delivery("one"), new Outcome.Accepted(List.of()));
    last.ended("github", FORGE, delivery("two"), Outcome.Refused.UNAUTHENTICATED);
    last.ended("github", FORGE, delivery("three"), new Outcome.Unavailable("no broker"));
    last.ended("github", FORGE, delivery("four"), Outcome.Refused.TOO_MANY_REFUSALS);

    Heartbeat.Endpoint endpoint = last.all().getLast();
    assertThat(endpoint.authentic())
        .contains(new Heartbeat.Delivery(NOON, Optional.of("one"), "192.0.2.7", Optional.empty()));
    assertThat(endpoint.refused())
        .contains(
            new Heartbeat.Delivery(
                NOON, Optional.of("two"), "192.0.2.7", Optional.of("unauthenticated")));
  }

  private static RequestHeaders delivery(String id) {
    return RequestHeaders.of(List.of(Map.entry("X-GitHub-Delivery", id)));
  }
}

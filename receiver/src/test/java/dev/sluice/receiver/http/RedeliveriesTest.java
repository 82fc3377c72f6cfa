package dev.sluice.receiver.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.receiver.payload.DeliveryId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RedeliveriesTest {

  private static final Redeliveries.Key KEY = key("d-1", "{}");
  private static final Outcome.Accepted ACCEPTED = new Outcome.Accepted(List.of(event()));
  private static final Outcome.Redelivered AGAIN = new Outcome.Redelivered(List.of("github/d-1/0"));
  private static final Outcome.Unavailable AWAY = new Outcome.Unavailable("no broker");

  private final Redeliveries redeliveries = new Redeliveries();
  private int published;

  @Test
  void remembersAcknowledgedDeliveries() {
    assertThat(once(KEY, Future.succeededFuture(ACCEPTED))).isEqualTo(ACCEPTED);
    assertThat(once(KEY, Future.succeededFuture(ACCEPTED))).isEqualTo(AGAIN);
    assertThat(published).isEqualTo(1);
  }

  @Test
  void publishesAgainIfNotAcknowledged() {
    assertThat(once(KEY, Future.succeededFuture(AWAY))).isEqualTo(AWAY);
    assertThat(once(KEY, Future.succeededFuture(ACCEPTED))).isEqualTo(ACCEPTED);
    assertThat(published).isEqualTo(2);
  }

  @Test
  void sharesTheOutcomeOfADeliveryInFlight() {
    Promise<Outcome> first = Promise.promise();
    Future<Outcome> one = publish(KEY, first.future());
    Future<Outcome> two = publish(KEY, Future.succeededFuture(ACCEPTED));

    first.complete(ACCEPTED);

    assertThat(one.result()).isEqualTo(ACCEPTED);
    assertThat(two.result()).isEqualTo(AGAIN);
    assertThat(published).isEqualTo(1);
  }

  @Test
  void distinguishesAnotherBodyWithTheSameId() {
    once(KEY, Future.succeededFuture(ACCEPTED));
    assertThat(once(key("d-1", "{ }"), Future.succeededFuture(ACCEPTED))).isEqualTo(ACCEPTED);
    assertThat(once(key("d-2", "{}"), Future.succeededFuture(ACCEPTED))).isEqualTo(ACCEPTED);
    assertThat(published).isEqualTo(3);
  }

  @Test
  void forgetsTheOldest() {
    once(KEY, Future.succeededFuture(ACCEPTED));
    for (int i = 0; i < 20_000; i++) {
      once(key("other-" + i, "{}"), Future.succeededFuture(ACCEPTED));
    }
    assertThat(once(KEY, Future.succeededFuture(ACCEPTED))).isEqualTo(ACCEPTED);
  }

  private Outcome once(Redeliveries.Key key, Future<Outcome> outcome) {
    return publish(key, outcome).result();
  }

  private Future<Outcome> publish(Redeliveries.Key key, Future<Outcome> outcome) {
    return redeliveries.once(
        key,
        () -> {
          published++;
          return outcome;
        });
  }

  private static Redeliveries.Key key(String id, String body) {
    return Redeliveries.Key.of("github", new DeliveryId(id, true), body.getBytes(UTF_8));
  }

  private static Envelope<ChangeEvent> event() {
    return new Envelope<>(
        EventId.of("github", "d-1", 0),
        "receiver/github",
        Instant.EPOCH,
        TraceParent.start(),
        new ChangeEvent.RefChanged(
            new RepositoryId("git.example.com/example/repo"),
            GitRef.branch("main"),
            Optional.empty(),
            Optional.empty(),
            new Origin.Webhook("github", "d-1", Optional.empty(), Instant.EPOCH)));
  }
}

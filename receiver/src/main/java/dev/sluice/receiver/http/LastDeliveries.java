package dev.sluice.receiver.http;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.payload.DeliveryId;
import dev.sluice.receiver.request.RequestHeaders;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The last deliveries of each endpoint, so that the set-up of a webhook can be checked: also test
 * deliveries, which lead to no event.
 */
public final class LastDeliveries {

  private final Clock clock;
  private final Map<String, Heartbeat.Endpoint> byName = new TreeMap<>();

  public LastDeliveries(Collection<Endpoint> endpoints, Clock clock) {
    this.clock = clock;
    for (Endpoint endpoint : endpoints) {
      byName.put(
          endpoint.name(),
          new Heartbeat.Endpoint(
              endpoint.name(), endpoint.address().prefix(), Optional.empty(), Optional.empty()));
    }
  }

  /** Records the outcome of a request to an endpoint. */
  synchronized void ended(
      String endpoint, InetAddress sender, RequestHeaders headers, Outcome outcome) {
    Optional<String> refusal = RefusedDeliveries.refusal(outcome);
    Optional<String> ignored =
        outcome instanceof Outcome.Ignored(var reason)
            ? Optional.of(reason.text())
            : Optional.empty();
    Heartbeat.Delivery delivery =
        new Heartbeat.Delivery(
            clock.instant(),
            DeliveryId.claimed(headers).map(DeliveryId::value),
            sender.getHostAddress(),
            refusal.or(() -> ignored));
    boolean isAuthentic =
        outcome instanceof Outcome.Accepted
            || outcome instanceof Outcome.Redelivered
            || outcome instanceof Outcome.Ignored;
    byName.computeIfPresent(
        endpoint,
        (name, last) ->
            new Heartbeat.Endpoint(
                name,
                last.address(),
                isAuthentic ? Optional.of(delivery) : last.authentic(),
                refusal.isPresent() ? Optional.of(delivery) : last.refused()));
  }

  /** Returns the endpoints with their last deliveries. */
  public synchronized List<Heartbeat.Endpoint> all() {
    return List.copyOf(byName.values());
  }
}

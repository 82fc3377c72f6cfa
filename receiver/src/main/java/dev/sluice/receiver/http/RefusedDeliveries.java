package dev.sluice.receiver.http;

import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.receiver.payload.DeliveryId;
import dev.sluice.receiver.request.RequestHeaders;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Deliveries that endpoints refused in the last hour, with sender and delivery id, so that an
 * operator finds them at the forge. A delivery that is accepted when it is sent again is forgotten.
 * The number of deliveries is bounded, whoever sends them.
 */
public final class RefusedDeliveries {

  private static final int MAX_PER_ENDPOINT = 50;
  private static final Duration KEPT = Duration.ofHours(1);

  private final Clock clock;
  private final Map<String, Map<String, Refusal>> byEndpoint = new TreeMap<>();

  private record Refusal(String reason, String sender, Optional<String> delivery, Instant at) {

    @Override
    public String toString() {
      return "%s at %s from %s, %s"
          .formatted(
              reason,
              at.truncatedTo(ChronoUnit.SECONDS),
              sender,
              delivery.map(id -> "delivery " + id).orElse("without a delivery id"));
    }
  }

  public RefusedDeliveries(Clock clock) {
    this.clock = clock;
  }

  /** Records the outcome of a request to an endpoint. */
  synchronized void ended(
      String endpoint, InetAddress sender, RequestHeaders headers, Outcome outcome) {
    Optional<String> delivery = DeliveryId.claimed(headers).map(DeliveryId::value);
    String key = delivery.orElse("from " + sender.getHostAddress());
    Optional<String> refusal = refusal(outcome);
    if (refusal.isPresent()) {
      Map<String, Refusal> refused = byEndpoint.computeIfAbsent(endpoint, _ -> bounded());
      refused.remove(key); // to the end
      refused.put(
          key, new Refusal(refusal.get(), sender.getHostAddress(), delivery, clock.instant()));
    } else if (byEndpoint.containsKey(endpoint)) {
      byEndpoint.get(endpoint).remove(key);
    }
  }

  /** Returns the refused deliveries of the last hour, for each endpoint that has some. */
  public synchronized List<Finding> findings() {
    Instant limit = clock.instant().minus(KEPT);
    byEndpoint.values().forEach(all -> all.values().removeIf(one -> one.at().isBefore(limit)));
    byEndpoint.values().removeIf(Map::isEmpty);
    return byEndpoint.entrySet().stream()
        .map(entry -> finding(entry.getKey(), List.copyOf(entry.getValue().values())))
        .toList();
  }

  private static Finding finding(String endpoint, List<Refusal> refusals) {
    return Finding.warning(
        PartFailure.DELIVERIES_REFUSED,
        "the endpoint %s refused %s in the last hour, the last one as %s: compare the forge's secret with the endpoint's, and deliver again there"
            .formatted(
                endpoint,
                refusals.size() == 1
                    ? "a delivery"
                    : (refusals.size() < MAX_PER_ENDPOINT ? "" : "at least ")
                        + refusals.size()
                        + " deliveries",
                refusals.getLast()));
  }

  /** Returns why a delivery was refused that its sender should know about; empty if it was not. */
  static Optional<String> refusal(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Refused.UNAUTHENTICATED -> Optional.of("unauthenticated");
      case Outcome.Refused.NETWORK -> Optional.of("not allowed from this address");
      case Outcome.Refused.TOO_LARGE -> Optional.of("too large");
      case Outcome.Refused.ENCODED -> Optional.of("compressed");
      case Outcome.Malformed _ -> Optional.of("malformed");
      case Outcome.Refused _,
          Outcome.Accepted _,
          Outcome.Redelivered _,
          Outcome.Ignored _,
          Outcome.Unavailable _ ->
          Optional.empty();
    };
  }

  private static Map<String, Refusal> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Refusal> eldest) {
        return size() > MAX_PER_ENDPOINT;
      }
    };
  }
}

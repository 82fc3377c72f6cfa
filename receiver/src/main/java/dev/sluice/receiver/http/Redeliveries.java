package dev.sluice.receiver.http;

import dev.sluice.contract.event.EventId;
import dev.sluice.receiver.payload.DeliveryId;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Detection of redeliveries. Only acknowledged deliveries are remembered; others are published
 * again. Concurrent deliveries share the outcome of the first. The memory is bounded and lost on
 * restart: an undetected redelivery is published again with the same event ids.
 */
final class Redeliveries {

  private static final int MAX_REMEMBERED = 20_000;

  private final Map<Key, Future<Outcome>> inFlight = new HashMap<>();

  /** Number of events of each delivery; their ids are derived from it. */
  private final Map<Key, Integer> acknowledged =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Integer> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /**
   * Publishes a delivery unless it was published before, and returns its outcome.
   *
   * @param publish publishes the delivery; its outcome is Accepted if all events were acknowledged
   */
  synchronized Future<Outcome> once(Key key, Supplier<Future<Outcome>> publish) {
    Integer events = acknowledged.get(key);
    if (events != null) {
      return Future.succeededFuture(new Outcome.Redelivered(key.eventIds(events)));
    }
    Future<Outcome> first = inFlight.get(key);
    if (first != null) {
      return first.map(Redeliveries::redelivered);
    }
    Future<Outcome> outcome = publish.get();
    inFlight.put(key, outcome);
    outcome.onComplete(result -> finished(key, result.result()));
    return outcome;
  }

  private synchronized void finished(Key key, @Nullable Outcome outcome) {
    inFlight.remove(key);
    if (outcome instanceof Outcome.Accepted accepted) {
      acknowledged.put(key, accepted.events().size());
    }
  }

  private static Outcome redelivered(Outcome outcome) {
    return outcome instanceof Outcome.Accepted accepted
        ? new Outcome.Redelivered(accepted.ids())
        : outcome;
  }

  /**
   * Identity of a delivery.
   *
   * @param checksum checksum of the body, so that deliveries of a sender that uses an id twice are
   *     not lost
   */
  record Key(String endpoint, String delivery, long checksum) {

    static Key of(String endpoint, DeliveryId delivery, byte[] body) {
      CRC32C checksum = new CRC32C();
      checksum.update(body);
      return new Key(endpoint, delivery.value(), checksum.getValue());
    }

    private List<String> eventIds(int events) {
      return IntStream.range(0, events)
          .mapToObj(index -> EventId.of(endpoint, delivery, index).value())
          .toList();
    }
  }
}

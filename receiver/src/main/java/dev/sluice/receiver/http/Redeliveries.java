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
 * Recognises deliveries that come again. Only what the broker has acknowledged is remembered: what
 * was not is taken anew. Those that come while the first is still on its way share its outcome. The
 * memory is bounded and does not survive: a redelivery that is not recognised is written again,
 * under the same ids.
 */
final class Redeliveries {

  private static final int MAX_REMEMBERED = 20_000;

  private final Map<Key, Future<Outcome>> underway = new HashMap<>();

  /** How many events each became: their ids are derived. */
  private final Map<Key, Integer> acknowledged =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Integer> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /**
   * The outcome of a delivery.
   *
   * @param publish does it, if it has not been done; its outcome is Accepted if all events were
   *     acknowledged
   */
  synchronized Future<Outcome> once(Key key, Supplier<Future<Outcome>> publish) {
    Integer events = acknowledged.get(key);
    if (events != null) {
      return Future.succeededFuture(new Outcome.Redelivered(key.eventIds(events)));
    }
    Future<Outcome> first = underway.get(key);
    if (first != null) {
      return first.map(Redeliveries::again);
    }
    Future<Outcome> outcome = publish.get();
    underway.put(key, outcome);
    outcome.onComplete(result -> finished(key, result.result()));
    return outcome;
  }

  private synchronized void finished(Key key, @Nullable Outcome outcome) {
    underway.remove(key);
    if (outcome instanceof Outcome.Accepted accepted) {
      acknowledged.put(key, accepted.events().size());
    }
  }

  private static Outcome again(Outcome outcome) {
    return outcome instanceof Outcome.Accepted accepted
        ? new Outcome.Redelivered(accepted.ids())
        : outcome;
  }

  /**
   * What tells a redelivery.
   *
   * @param checksum of the body, so that a sender who uses an id twice loses nothing
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

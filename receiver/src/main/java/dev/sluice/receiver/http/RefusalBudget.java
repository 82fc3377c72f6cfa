package dev.sluice.receiver.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limit on refused requests for each source: a token bucket from which every refusal takes a token.
 * A source whose requests are never refused is not limited, so a forge may send at any rate. For
 * use on the server's event loop only.
 */
final class RefusalBudget {

  private static final int MAX_SOURCES = 10_000;
  private static final int BURST_SECONDS = 10;
  private static final double NANOS = 1e9;

  private final int perSecond;
  private final LongSupplier nanoTime;
  private final Map<InetAddress, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
          return size() > MAX_SOURCES;
        }
      };

  /**
   * Creates the budget.
   *
   * @param perSecond 0 for no limit
   */
  RefusalBudget(int perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
  }

  /** Returns whether the source has used up its budget. */
  boolean isSpent(InetAddress source) {
    Bucket bucket = buckets.get(network(source));
    return bucket != null && filled(bucket).tokens() < 1;
  }

  /** Charges a refused request to the source. */
  void charge(InetAddress source) {
    if (perSecond == 0) {
      return;
    }
    buckets.compute(
        network(source),
        (_, bucket) -> {
          Bucket now =
              bucket == null
                  ? new Bucket(perSecond * BURST_SECONDS, nanoTime.getAsLong())
                  : filled(bucket);
          return new Bucket(Math.max(0, now.tokens() - 1), now.at());
        });
  }

  private Bucket filled(Bucket bucket) {
    long now = nanoTime.getAsLong();
    double gained = (now - bucket.at()) / NANOS * perSecond;
    return new Bucket(Math.min(perSecond * BURST_SECONDS, bucket.tokens() + gained), now);
  }

  /** Returns the /64 network of an IPv6 address, since its holder controls the whole network. */
  private static InetAddress network(InetAddress source) {
    if (!(source instanceof Inet6Address)) {
      return source;
    }
    byte[] address = source.getAddress();
    Arrays.fill(address, 8, address.length, (byte) 0);
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("sixteen bytes are an address", e);
    }
  }

  private record Bucket(double tokens, long at) {}
}

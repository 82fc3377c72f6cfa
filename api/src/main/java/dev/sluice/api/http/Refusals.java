package dev.sluice.api.http;

import dev.sluice.contract.event.ChangeEvent.CommandAnswered;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.telemetry.Counter;
import dev.sluice.platform.telemetry.Metrics;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records refused commands in the audit: one record for a request, however many applications it
 * named, and a limited number a minute for each token, so that a caller without rights cannot fill
 * the topic. The record names only one application, since every caller who may see that application
 * can read it.
 */
final class Refusals {

  static final int MAX_PER_MINUTE = 10;

  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MAX_CLUSTERS = 20;

  private final CommandPublisher publisher;
  private final Clock clock;
  private final Counter refused;

  /** By token name; bounded by the number of configured tokens. */
  private final Map<String, Window> windows = new ConcurrentHashMap<>();

  /** Number of records since the start of a minute. */
  private record Window(Instant start, int records) {

    Window next(Instant now) {
      return now.isBefore(start.plus(MINUTE)) ? new Window(start, records + 1) : new Window(now, 1);
    }
  }

  Refusals(CommandPublisher publisher, Clock clock, Metrics metrics) {
    this.publisher = publisher;
    this.clock = clock;
    this.refused =
        metrics.counter(
            "sluice_api_commands_refused_total",
            "refused requests for commands; recorded says whether the audit has a record"
                + " of it");
  }

  /** Records the refusal of this order, on behalf of the whole request. */
  void record(Order order, Principal by, String reason) {
    Instant now = clock.instant();
    int records =
        windows
            .compute(
                by.name(), (_, window) -> window == null ? new Window(now, 1) : window.next(now))
            .records();
    boolean recorded = records <= MAX_PER_MINUTE;
    refused.add(Tags.of("recorded", Boolean.toString(recorded)), 1);
    if (!recorded) {
      if (records == MAX_PER_MINUTE + 1) {
        log.atWarn()
            .addKeyValue("by", by.name())
            .log("too many refused commands in a minute; the rest are counted but not recorded");
      }
      return;
    }
    Set<ClusterName> clusters =
        order.clusters().stream()
            .limit(MAX_CLUSTERS)
            .collect(Collectors.toCollection(TreeSet::new));
    publisher.publish(
        Map.of(
            EventId.of("answer", order.id()),
            new CommandAnswered(
                order.definition().owningRepository(),
                order.id(),
                order.definition().application(),
                clusters,
                order.command(),
                by.name(),
                reason,
                false,
                "%s (%s) may not give this command".formatted(by.name(), by.role().label()))));
  }
}

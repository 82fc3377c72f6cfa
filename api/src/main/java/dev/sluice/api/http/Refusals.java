package dev.sluice.api.http;

import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.AccessDenied;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.telemetry.Counter;
import dev.sluice.platform.telemetry.Metrics;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records refused commands and logins in the audit: one record for a request, however many
 * applications it named, and a limited number a minute for each token, so that a caller without
 * rights cannot fill the topic. The record names only one application, since every caller who may
 * see that application can read it.
 */
final class Refusals {

  static final int MAX_PER_MINUTE = 10;

  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MAX_CLUSTERS = 20;

  /** Callers whose token is not known, in place of a token's name. */
  private static final String UNKNOWN = "";

  private final CommandPublisher publisher;
  private final Clock clock;
  private final Counter refused;
  private final Counter denied;

  /** Number of refused logins since the last one that was recorded. */
  private final AtomicLong unrecorded = new AtomicLong();

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
    this.denied =
        metrics.counter(
            "sluice_api_logins_refused_total",
            "requests of callers that the API does not know; recorded says whether the audit has a"
                + " record of it");
  }

  /**
   * Records the refusal of this order, on behalf of the whole request.
   *
   * @param why it is refused
   */
  void record(Order order, Principal by, String reason, String why) {
    Set<ClusterName> clusters =
        order.clusters().stream()
            .limit(MAX_CLUSTERS)
            .collect(Collectors.toCollection(TreeSet::new));
    record(
        order.id(),
        new CommandEvent.Answered(
            order.definition().owningRepository(),
            order.id(),
            order.definition().application(),
            clusters,
            order.command(),
            by.name(),
            reason,
            false,
            why,
            Optional.empty(),
            Optional.of(by.caller()),
            Optional.empty()),
        by);
  }

  /**
   * Records a refusal.
   *
   * @param given the id that the command would have had
   */
  void record(EventId given, ChangeEvent refusal, Principal by) {
    Instant now = clock.instant();
    boolean recorded = isWithinLimit(by.name(), now);
    refused.add(Tags.of("recorded", Boolean.toString(recorded)), 1);
    if (recorded) {
      publisher.publish(Map.of(EventId.of("answer", given, EventStamp.next(now)), refusal));
    }
  }

  /**
   * Records that the API does not know the caller of a request, if they gave a token or asked for a
   * command. Other requests without a token, such as those of scanners, are only counted.
   */
  void denied(RoutingContext context, Problem why) {
    HttpServerRequest request = context.request();
    Instant now = clock.instant();
    boolean isAttempt =
        request.getHeader("Authorization") != null || request.method().equals(HttpMethod.POST);
    boolean recorded = isAttempt && isWithinLimit(UNKNOWN, now);
    denied.add(Tags.of("recorded", Boolean.toString(recorded)), 1);
    if (!recorded) {
      unrecorded.addAndGet(isAttempt ? 1 : 0);
      return;
    }
    Sender sender = Sender.of(request);
    AccessDenied event =
        new AccessDenied(
            request.method().name(),
            Sender.line(request.path()),
            AskedCommand.of(request.path(), context.body().buffer()),
            why.getMessage(),
            sender.address(),
            sender.userAgent(),
            unrecorded.getAndSet(0));
    try {
      publisher.record(EventId.of("access-denied", EventStamp.next(now)), event);
    } catch (Problem unwritten) {
      unrecorded.addAndGet(1 + event.unrecorded());
      log.atWarn()
          .addKeyValue("address", sender.address().orElse("unknown"))
          .log("a refused login could not be recorded: {}", unwritten.getMessage());
    }
  }

  private boolean isWithinLimit(String name, Instant now) {
    int records =
        windows
            .compute(name, (_, window) -> window == null ? new Window(now, 1) : window.next(now))
            .records();
    if (records == MAX_PER_MINUTE + 1) {
      log.atWarn()
          .addKeyValue("by", name.equals(UNKNOWN) ? "unknown callers" : name)
          .log("too many refused requests in a minute; the rest are counted but not recorded");
    }
    return records <= MAX_PER_MINUTE;
  }
}

package dev.sluice.receiver.catchup;

import dev.sluice.platform.process.SupervisedLoop;
import dev.sluice.receiver.catchup.FailedDeliveries.Attempt;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.endpoint.HookApi;
import dev.sluice.receiver.metrics.ReceiverMetrics;
import dev.sluice.receiver.metrics.ReceiverMetrics.Counter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loop that looks for failed deliveries of an endpoint's webhook and asks GitHub, which delivers
 * only once by itself, to deliver them again. It keeps no state across a restart: GitHub keeps
 * attempts for three days.
 *
 * <p>GitHub being unreachable or refusing a redelivery is counted and logged, and tried again after
 * the interval. Any other failure makes the receiver unready until the loop runs again.
 *
 * @see <a
 *     href="https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries">GitHub:
 *     handling failed webhook deliveries</a>
 */
public final class CatchUp implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

  private static final Duration KEPT_BY_GITHUB = Duration.ofDays(3);

  /** Longest pause between two turns of the loop, so that it soon counts as recovered. */
  private static final Duration TURN = Duration.ofSeconds(5);

  /** Long enough to include the latest attempt of every delivery that still fails. */
  private static final Duration LOOK_BACK = FailedDeliveries.LAST_WAIT.multipliedBy(2);

  private final String endpoint;
  private final GithubHook hook;
  private final Duration interval;
  private final ReceiverMetrics metrics;
  private final Clock clock;
  private final SupervisedLoop loop;

  private Instant since;
  private Instant next;
  private Optional<String> problem = Optional.empty();

  private CatchUp(
      String endpoint, HookApi api, Duration interval, ReceiverMetrics metrics, Clock clock) {
    this.endpoint = endpoint;
    this.hook = new GithubHook(api);
    this.interval = interval;
    this.metrics = metrics;
    this.clock = clock;
    this.next = clock.instant();
    this.since = next.minus(KEPT_BY_GITHUB);
    this.loop = new SupervisedLoop("catch-up-" + endpoint, clock, this::session);
  }

  /** Creates a loop for each endpoint that has the address of its webhook; none runs yet. */
  public static List<CatchUp> of(
      List<Endpoint> endpoints, Duration interval, ReceiverMetrics metrics, Clock clock) {
    return endpoints.stream()
        .flatMap(
            endpoint ->
                endpoint
                    .hook()
                    .map(api -> new CatchUp(endpoint.name(), api, interval, metrics, clock))
                    .stream())
        .toList();
  }

  /** Starts the loop. */
  public void start() {
    loop.start();
  }

  /** Returns why the loop does not run, or empty if it does. */
  public Optional<String> unreadyReason() {
    return loop.unreadyReason();
  }

  @Override
  public void close() {
    loop.close();
    hook.close();
  }

  private void session(SupervisedLoop supervised) throws InterruptedException {
    supervised.onClose(hook::close);
    while (supervised.isOpen()) {
      if (!clock.instant().isBefore(next)) {
        redeliverFailed(supervised);
        next = clock.instant().plus(interval);
      }
      supervised.turned();
      supervised.pause(interval.compareTo(TURN) < 0 ? interval : TURN);
    }
  }

  private void redeliverFailed(SupervisedLoop supervised) throws InterruptedException {
    Instant now = clock.instant();
    try {
      int refused = 0;
      for (Attempt failed : FailedDeliveries.due(hook.attempts(since), now)) {
        if (hook.redeliver(failed)) {
          requested(failed);
        } else {
          refused++;
        }
        supervised.turned();
      }
      if (refused == 0) {
        since = now.minus(LOOK_BACK);
        report(Optional.empty());
      } else {
        metrics.count(Counter.CATCH_UP_FAILED, endpoint, 1);
        report(Optional.of("GitHub refuses to redeliver %d of them".formatted(refused)));
      }
    } catch (IOException e) {
      if (supervised.isOpen()) {
        metrics.count(Counter.CATCH_UP_FAILED, endpoint, 1);
        report(Optional.of(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
      }
    }
  }

  private void requested(Attempt failed) {
    metrics.count(Counter.ASKED_AGAIN, endpoint, 1);
    LOG.atInfo()
        .addKeyValue("endpoint", endpoint)
        .addKeyValue("delivery", failed.guid())
        .addKeyValue("status", failed.statusCode())
        .log("asked GitHub to redeliver a failed delivery");
  }

  /** Logs a problem when it begins, changes or ends. */
  private void report(Optional<String> now) {
    if (!now.equals(problem)) {
      now.ifPresentOrElse(
          reason ->
              LOG.atWarn()
                  .addKeyValue("endpoint", endpoint)
                  .addKeyValue("reason", reason)
                  .log("cannot get all failed deliveries"),
          () ->
              LOG.atInfo()
                  .addKeyValue("endpoint", endpoint)
                  .log("can get failed deliveries again"));
      problem = now;
    }
  }
}

package dev.sluice.receiver.catchup;

import dev.sluice.platform.process.FatalErrors;
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
 * Looks now and then which deliveries of an endpoint's webhook failed, and asks GitHub, which tries
 * only once by itself, to make them again. Keeps nothing that must survive: GitHub remembers
 * attempts for three days.
 *
 * @see <a
 *     href="https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries">GitHub:
 *     handling failed webhook deliveries</a>
 */
public final class CatchUp implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

  private static final Duration REMEMBERED_BY_GITHUB = Duration.ofDays(3);

  /** Long enough to see the latest attempt of whatever still fails. */
  private static final Duration LOOK_BACK = FailedDeliveries.LAST_WAIT.multipliedBy(2);

  private final String endpoint;
  private final GithubHook hook;
  private final Duration interval;
  private final ReceiverMetrics metrics;
  private final Clock clock;
  private final Thread thread;

  private Instant since;
  private Optional<String> problem = Optional.empty();

  private CatchUp(
      String endpoint, HookApi api, Duration interval, ReceiverMetrics metrics, Clock clock) {
    this.endpoint = endpoint;
    this.hook = new GithubHook(api);
    this.interval = interval;
    this.metrics = metrics;
    this.clock = clock;
    this.since = clock.instant().minus(REMEMBERED_BY_GITHUB);
    this.thread = Thread.ofVirtual().name("catch-up-" + endpoint).unstarted(this::run);
  }

  /** Starts one for each endpoint that says where its webhook is. */
  public static List<CatchUp> start(
      List<Endpoint> endpoints, Duration interval, ReceiverMetrics metrics, Clock clock) {
    List<CatchUp> all =
        endpoints.stream()
            .flatMap(
                endpoint ->
                    endpoint
                        .hook()
                        .map(api -> new CatchUp(endpoint.name(), api, interval, metrics, clock))
                        .stream())
            .toList();
    all.forEach(one -> one.thread.start());
    return all;
  }

  @Override
  public void close() {
    thread.interrupt();
    hook.close();
  }

  private void run() {
    try {
      while (true) {
        look();
        Thread.sleep(interval);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() throws InterruptedException {
    Instant now = clock.instant();
    try {
      List<Attempt> due = FailedDeliveries.due(hook.attempts(since), now);
      int refused = 0;
      for (Attempt failed : due) {
        if (hook.redeliver(failed)) {
          asked(failed);
        } else {
          refused++;
        }
      }
      if (refused == 0) {
        since = now.minus(LOOK_BACK);
        tell(Optional.empty());
      } else {
        metrics.count(Counter.CATCH_UP_FAILED, endpoint, 1);
        tell(Optional.of("GitHub refuses to make %d of them again".formatted(refused)));
      }
    } catch (IOException | RuntimeException | Error e) {
      FatalErrors.check(e);
      // whatever GitHub answers, or the token's file holds, may be another thing the next time
      metrics.count(Counter.CATCH_UP_FAILED, endpoint, 1);
      tell(Optional.of(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
    }
  }

  private void asked(Attempt failed) {
    metrics.count(Counter.ASKED_AGAIN, endpoint, 1);
    LOG.atInfo()
        .addKeyValue("endpoint", endpoint)
        .addKeyValue("delivery", failed.guid())
        .addKeyValue("status", failed.statusCode())
        .log("asked GitHub to deliver again what had failed");
  }

  /** A problem that stays is told once. */
  private void tell(Optional<String> now) {
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

package dev.sluice.receiver.catchup;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.platform.process.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Selection of deliveries to request again: those of which no attempt succeeded and whose latest
 * attempt was not decided. A delivery that was refused (4xx) would be refused again.
 */
final class FailedDeliveries {

  /** Longest wait between two attempts. */
  static final Duration LAST_WAIT = Duration.ofHours(1);

  private static final Backoff BACKOFF = new Backoff(Duration.ofMinutes(1), LAST_WAIT);

  private FailedDeliveries() {}

  /**
   * Returns the latest attempt of each delivery that is due, in the order of the first attempts.
   *
   * @param attempts all known attempts, in any order
   */
  static List<Attempt> due(List<Attempt> attempts, Instant now) {
    return attempts.stream()
        .sorted(Comparator.comparing(Attempt::deliveredAt).thenComparing(Attempt::id))
        .collect(groupingBy(Attempt::guid, LinkedHashMap::new, toList()))
        .values()
        .stream()
        .filter(delivery -> isDue(delivery, now))
        .map(List::getLast)
        .toList();
  }

  private static boolean isDue(List<Attempt> delivery, Instant now) {
    Attempt latest = delivery.getLast();
    return delivery.stream().noneMatch(Attempt::succeeded)
        && latest.undecided()
        && !now.isBefore(latest.deliveredAt().plus(BACKOFF.after(delivery.size())));
  }

  /**
   * GitHub's record of an attempt to deliver.
   *
   * @param id id of the attempt
   * @param guid id of the delivery, the same in each of its attempts
   * @param statusCode status of the response; 0 or 5xx if there was none
   */
  record Attempt(
      @JsonProperty(required = true) long id,
      @JsonProperty(required = true) String guid,
      @JsonProperty(value = "delivered_at", required = true) Instant deliveredAt,
      @JsonProperty(value = "status_code", required = true) int statusCode) {

    Attempt {
      requireNonNull(guid);
      requireNonNull(deliveredAt);
    }

    boolean succeeded() {
      return statusCode >= 200 && statusCode < 300;
    }

    /**
     * Returns whether another attempt may have a different outcome, since no response decided on
     * the delivery.
     */
    boolean undecided() {
      return statusCode < 200 || statusCode == 408 || statusCode == 429 || statusCode >= 500;
    }
  }
}

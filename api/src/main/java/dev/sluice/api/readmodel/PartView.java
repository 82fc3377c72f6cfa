package dev.sluice.api.readmodel;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A part of the installation, according to its last report.
 *
 * @param part receiver, dispatcher, worker or api
 * @param cluster of a worker
 * @param state running, leading, standby, gave-up, stopped, or silent if it reports no longer
 * @param lastSeenAt when its last report arrived
 * @param conditions what was wrong then
 */
public record PartView(
    String part,
    String instance,
    Optional<String> cluster,
    String state,
    Instant lastSeenAt,
    List<ConditionView> conditions) {

  /** The state of a part that reports no longer. */
  static final String SILENT = "silent";

  /**
   * Something that an operator should know about.
   *
   * @param severity warning, or fault if work is not done
   */
  public record ConditionView(String code, String message, Instant since, String severity) {

    static ConditionView of(Condition condition) {
      return new ConditionView(
          condition.code().value(),
          condition.message(),
          condition.since(),
          word(condition.severity()));
    }
  }

  static PartView of(Heartbeat heartbeat, Instant seenAt, boolean silent) {
    return new PartView(
        word(heartbeat.part()),
        heartbeat.instance(),
        heartbeat.cluster().map(Object::toString),
        silent ? SILENT : word(heartbeat.state()),
        seenAt,
        heartbeat.conditions().stream().map(ConditionView::of).toList());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

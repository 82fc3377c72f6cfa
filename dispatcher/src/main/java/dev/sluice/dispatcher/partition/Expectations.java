package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.decide.Triggers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits that events announced and that Git may never show: an id of another repository, of
 * another length, or of a push that was rewritten at once. Each is waited for within the same
 * bound, whatever arrives meanwhile, and then the ref is evaluated as it is. Used by the
 * partition's thread only.
 */
final class Expectations {

  private static final Logger log = LoggerFactory.getLogger(Expectations.class);

  private final RefScheduler.Tools tools;

  Expectations(RefScheduler.Tools tools) {
    this.tools = tools;
  }

  /** Returns whether a commit that is asked for since then may still appear. */
  boolean hasTimeLeft(Instant since) {
    return Duration.between(since, tools.clock().instant()).compareTo(tools.timing().patience())
        < 0;
  }

  /**
   * Asks again for the newest trigger's commit, if that trigger came later and has time left. The
   * ref was evaluated without it because the oldest trigger's time was over.
   *
   * @return the time since which it is asked for
   */
  Optional<Instant> askAgain(RefQueue queue, List<Trigger> triggers) {
    if (!hasTimeLeft(queue.newestAt) || !queue.waiting.isEmpty()) {
      return Optional.empty();
    }
    Trigger.Reason reason = new Trigger.Reason.RefMoved(Triggers.newestExpectation(triggers));
    queue.waiting.add(new Trigger(triggers.getLast().cause(), reason, OptionalLong.empty()));
    return Optional.of(queue.newestAt);
  }

  /** Returns the state entry for an announced commit that Git did not show in time. */
  Optional<Unmet> unmet(
      RefQueue queue,
      Optional<CommitId> announced,
      Optional<CommitId> head,
      TransactionBatch batch) {
    return announced.map(expected -> unmet(queue, expected, head, batch));
  }

  private Unmet unmet(
      RefQueue queue, CommitId expected, Optional<CommitId> head, TransactionBatch batch) {
    Instant now = tools.clock().instant();
    List<EventId> causes = Triggers.merge(queue.current, now).events();
    log.atWarn()
        .addKeyValue("repository", queue.key.repository())
        .addKeyValue("ref", queue.key.ref())
        .addKeyValue("eventId", causes.isEmpty() ? "" : causes.getLast())
        .log(
            "Git did not show within {} the commit that an event announced: expected {}, evaluated"
                + " {}",
            tools.timing().patience(),
            expected,
            head.map(CommitId::value).orElse("no such ref"));
    batch.afterwards(() -> tools.listener().unmet(queue.key.repository(), queue.key.ref()));
    return new Unmet(expected, head, causes, now);
  }
}

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
 * Commits that events told of and that Git may never show: an id of another repository, of another
 * length, or of a push that was rewritten at once. Each is waited for within the same bound,
 * whatever else is told meanwhile, and then the ref is evaluated as it is. Of the home's thread
 * only.
 */
final class Expectations {

  private static final Logger log = LoggerFactory.getLogger(Expectations.class);

  private final RefScheduler.Tools tools;

  Expectations(RefScheduler.Tools tools) {
    this.tools = tools;
  }

  /** Whether what is asked for since then may still show. */
  boolean hasTimeLeft(Instant since) {
    return Duration.between(since, tools.clock().instant()).compareTo(tools.timing().patience())
        < 0;
  }

  /**
   * Asks again for what the newest hint told, if that came later and has time left: the ref was
   * evaluated as it is, since the time of the oldest was over.
   *
   * @return since when it is asked for
   */
  Optional<Instant> askAgain(RefQueue queue, List<Trigger> triggers) {
    if (!hasTimeLeft(queue.newestAt) || !queue.waiting.isEmpty()) {
      return Optional.empty();
    }
    Trigger.Ask ask = new Trigger.Ask.Moved(Triggers.expected(triggers));
    queue.waiting.add(new Trigger(triggers.getLast().cause(), ask, OptionalLong.empty()));
    return Optional.of(queue.newestAt);
  }

  /** What is remembered of a commit that was told of, if the ref was evaluated without it. */
  Optional<Unmet> unmet(
      RefQueue queue, Optional<CommitId> told, Optional<CommitId> head, TransactionBatch batch) {
    return told.map(expected -> unmet(queue, expected, head, batch));
  }

  private Unmet unmet(
      RefQueue queue, CommitId expected, Optional<CommitId> head, TransactionBatch batch) {
    Instant now = tools.clock().instant();
    List<EventId> causes = Triggers.together(queue.inHand, now).events();
    log.atWarn()
        .addKeyValue("repository", queue.key.repository())
        .addKeyValue("ref", queue.key.ref())
        .addKeyValue("eventId", causes.isEmpty() ? "" : causes.getLast())
        .log(
            "Git did not show within {} the commit that an event told of: expected {}, evaluated"
                + " {}",
            tools.timing().patience(),
            expected,
            head.map(CommitId::value).orElse("no such ref"));
    batch.afterwards(() -> tools.listener().unmet(queue.key.repository(), queue.key.ref()));
    return new Unmet(expected, head, causes, now);
  }
}

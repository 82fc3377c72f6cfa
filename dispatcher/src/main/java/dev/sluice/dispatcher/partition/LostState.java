package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.OutgoingRecord;
import dev.sluice.dispatcher.decide.PartitionState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handling of unreadable state records. The damage is limited to the subject of the record: an
 * application stays as it is until an operator has repaired the record, a ref is evaluated again,
 * the fleet intake sends the readers of a repository again, and the relay reports a dependency
 * again once an application waits for it.
 */
final class LostState {

  private static final Logger log = LoggerFactory.getLogger(LostState.class);
  private static final String APPLICATION = "application/";

  private final PartitionState state;
  private final EventDecider decider;
  private final Clock clock;

  LostState(PartitionState state, EventDecider decider, Clock clock) {
    this.state = state;
    this.decider = decider;
    this.clock = clock;
  }

  /** Opens a dead letter for each unreadable record. */
  void report(List<DamagedStateException> damaged, PartitionLog kafka) {
    if (damaged.isEmpty()) {
      return;
    }
    List<OutgoingRecord> records = new ArrayList<>();
    for (DamagedStateException each : damaged) {
      String message = each.getMessage() + "; " + consequence(each);
      log.atError().log("{}", message);
      records.addAll(
          decider.damaged(each.original(), each.trace(), message, clock.instant()).records());
    }
    kafka.write(records, OptionalLong.empty());
  }

  private String consequence(DamagedStateException damaged) {
    String key = damaged.key();
    if (!key.startsWith(APPLICATION)) {
      state.forget(key);
      return "its ref, repository or dependency is read again, and nothing has to be done: discard"
          + " the entry";
    }
    String consequence =
        "nothing is decided about this application until the record is repaired: write over it with"
            + " a good record of the same key (an older copy of it, say), start the dispatcher"
            + " again, and re-evaluate the application";
    try {
      state.markLost(new ApplicationName(key.substring(APPLICATION.length())), consequence);
    } catch (IllegalArgumentException e) {
      return "no application can have this name: discard the entry";
    }
    return consequence;
  }
}

package dev.sluice.dispatcher.partition;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Origin;
import java.util.Optional;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Tells events that a home must not handle, above all those on a partition where they do not
 * belong. An application that two homes decide about would have two counts of generations, and a
 * change that the wrong home hears of reaches nobody.
 *
 * @param partitions partitions of {@code changes}
 * @param partition the partition that was read
 */
record Placement(int partitions, int partition) {

  /** Why an event must not be handled here; empty if it may. */
  Optional<String> objection(ChangeEvent event) {
    // a count from which no generation could follow would stop the application for good
    return event instanceof ChangeEvent.LedgerAhead ahead && !ahead.ledger().isCredible()
        ? Optional.of("no ledger is at generation " + ahead.ledger())
        : misplaced(event);
  }

  private Optional<String> misplaced(ChangeEvent event) {
    int belongs = BuiltInPartitioner.partitionForKey(event.key().getBytes(UTF_8), partitions);
    return belongs == partition || isOfThisHome(event)
        ? Optional.empty()
        : Optional.of(
            "it is about %s, whose events belong on partition %d".formatted(event.key(), belongs));
  }

  /** What a home writes for itself is on its own partition, whatever it is about. */
  private static boolean isOfThisHome(ChangeEvent event) {
    return switch (event) {
      case ChangeEvent.RefChanged moved -> moved.origin() instanceof Origin.Sweep;
      case ChangeEvent.CommandAnswered _ -> true;
      case ChangeEvent.DefinitionAccepted _,
          ChangeEvent.DefinitionRemoved _,
          ChangeEvent.ReadersAccepted _,
          ChangeEvent.RefForwarded _,
          ChangeEvent.LedgerAhead _,
          ChangeEvent.CommandGiven _,
          ChangeEvent.MergeRecorded _,
          ChangeEvent.RepositoryMoved _,
          ChangeEvent.DefaultBranchChanged _ ->
          false;
    };
  }
}

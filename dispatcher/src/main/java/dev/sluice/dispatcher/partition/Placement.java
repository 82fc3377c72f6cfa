package dev.sluice.dispatcher.partition;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.Origin;
import java.util.Optional;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Check that an event belongs on the partition it was read from. An application that two partitions
 * decide about would have two counts of generations, and a change that the wrong partition reads
 * would reach no application.
 *
 * @param partitions partitions of {@code changes}
 * @param partition the partition that was read
 */
record Placement(int partitions, int partition) {

  /** Returns why an event must not be handled here; empty if it may be. */
  Optional<String> objection(ChangeEvent event) {
    // a count from which no generation could follow would stop the application for good
    return event instanceof ChangeEvent.LedgerAhead ahead && !ahead.ledger().isCredible()
        ? Optional.of("no ledger is at generation " + ahead.ledger())
        : misplaced(event);
  }

  private Optional<String> misplaced(ChangeEvent event) {
    int belongs = BuiltInPartitioner.partitionForKey(event.key().getBytes(UTF_8), partitions);
    return belongs == partition || isWrittenByThisPartition(event)
        ? Optional.empty()
        : Optional.of(
            "it is about %s, whose events belong on partition %d".formatted(event.key(), belongs));
  }

  /**
   * Returns whether the partition wrote the event for itself: such events are on its own partition
   * whatever their key.
   */
  private static boolean isWrittenByThisPartition(ChangeEvent event) {
    return switch (event) {
      case ChangeEvent.RefChanged changed -> changed.origin() instanceof Origin.Poll;
      case ChangeEvent.RepositoryMoved moved -> moved.origin() instanceof Origin.Poll;
      case CommandEvent.Answered _, CommandEvent.Outcome _ -> true;
      case ChangeEvent.ForgeEvent _,
          ChangeEvent.FleetEvent _,
          CommandEvent.Given _,
          FleetApprovalEvent _,
          ChangeEvent.LedgerAhead _,
          ChangeEvent.DependencyReported _ ->
          false;
    };
  }
}

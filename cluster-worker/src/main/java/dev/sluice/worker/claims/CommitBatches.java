package dev.sluice.worker.claims;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.LogRecord;
import dev.sluice.worker.sync.RefusedSources;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * The progress of commits in this cluster: which records of each have arrived, and which are
 * settled. A commit may be sent again, as a whole or in part; that is another batch of the same
 * name. Not thread-safe: {@link ObjectClaims} guards it.
 */
final class CommitBatches {

  private static final int REMEMBERED = 20_000;

  /** Records of an older batch may have been removed by the topic's compaction. */
  private static final Duration OWN_PATIENCE = Duration.ofDays(1);

  /** Limits how long an incomplete commit delays the deletions of all others. */
  private static final Duration OTHERS_PATIENCE = Duration.ofMinutes(10);

  private final Map<String, Batch> newestByName = remembered();
  private final Map<EventId, Batch> byTarget = remembered();

  /**
   * The records of one commit for this cluster.
   *
   * @param arrived applications whose records have arrived
   * @param settled applications whose attempts have ended
   * @param waiting applications to wake when another record arrives
   * @param untilSettled futures to complete, by the number of settled applications
   */
  private record Batch(
      Set<ApplicationName> arrived,
      Set<ApplicationName> settled,
      Set<ApplicationName> waiting,
      Map<Integer, CompletableFuture<Void>> untilSettled) {

    static Batch begin() {
      return new Batch(new HashSet<>(), new HashSet<>(), new TreeSet<>(), new HashMap<>());
    }

    void settle(ApplicationName application) {
      CompletableFuture<Void> reached =
          settled.add(application) ? untilSettled.remove(settled.size()) : null;
      if (reached != null) {
        reached.complete(null);
      }
    }
  }

  /**
   * Records that a record has arrived. No attempt follows on refused sources, so they are settled
   * at once.
   *
   * @return the applications that waited for it
   */
  Set<ApplicationName> arrived(LogRecord entry) {
    Batch batch =
        newestByName.compute(
            entry.batch().name(),
            (_, newest) ->
                newest == null || newest.arrived().contains(entry.application())
                    ? Batch.begin()
                    : newest);
    batch.arrived().add(entry.application());
    switch (entry) {
      case LogEntry target -> byTarget.put(target.subject().target(), batch);
      case RefusedSources refused -> batch.settle(refused.application());
    }
    Set<ApplicationName> woken = new TreeSet<>(batch.waiting());
    batch.waiting().clear();
    return woken;
  }

  /** Records that the attempt at a record has ended. */
  void settle(LogEntry entry) {
    batch(entry).settle(entry.application());
  }

  /**
   * Returns a future that completes when all other records of the batch may be settled; empty if
   * they are.
   */
  Optional<CompletableFuture<Void>> othersUnsettled(LogEntry entry) {
    Batch batch = batch(entry);
    int missing = entry.batch().size() - 1 - others(batch.settled(), entry);
    return missing <= 0
        ? Optional.empty()
        : Optional.of(
            batch
                .untilSettled()
                .computeIfAbsent(batch.settled().size() + missing, _ -> new CompletableFuture<>()));
  }

  /** Returns whether all records of the batch have arrived, or it is too old to wait for them. */
  boolean isComplete(LogEntry entry, Instant now) {
    return isComplete(entry, now, OWN_PATIENCE);
  }

  /** Returns whether the batches of these records delay no other's deletions. */
  boolean areComplete(Collection<LogEntry> entries, Instant now) {
    return entries.stream().allMatch(entry -> isComplete(entry, now, OTHERS_PATIENCE));
  }

  /** Wakes an application when another record of its batch, or of an incomplete one, arrives. */
  void await(LogEntry entry, List<LogEntry> others) {
    batch(entry).waiting().add(entry.application());
    for (LogEntry other : others) {
      if (!hasAllArrived(other)) {
        batch(other).waiting().add(entry.application());
      }
    }
  }

  private boolean isComplete(LogEntry entry, Instant now, Duration patience) {
    return hasAllArrived(entry) || entry.writtenAt().plus(patience).isBefore(now);
  }

  private boolean hasAllArrived(LogEntry entry) {
    return others(batch(entry).arrived(), entry) >= entry.batch().size() - 1;
  }

  private Batch batch(LogEntry entry) {
    return byTarget.computeIfAbsent(entry.subject().target(), _ -> Batch.begin());
  }

  /** Returns how many of the applications are others; in constant time, as batches may be large. */
  private static int others(Set<ApplicationName> applications, LogEntry entry) {
    return applications.size() - (applications.contains(entry.application()) ? 1 : 0);
  }

  private static <K, V> Map<K, V> remembered() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> any) {
        return size() > REMEMBERED;
      }
    };
  }
}

package dev.sluice.standalone.proof;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.standalone.proof.LogFinding.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The result of a check of the log. */
public final class ProofReport {

  /** The age from which a record should be in a checkpoint. */
  private static final Duration SIGNED_WITHIN = Duration.ofMinutes(10);

  private final boolean withKeys;
  private final Instant now;
  private final List<LogFinding> findings = new ArrayList<>();
  private final List<String> unproven = new ArrayList<>();
  private final Set<String> signers = new TreeSet<>();
  private final Set<String> unknownKeys = new TreeSet<>();
  private long partitions;
  private long records;
  private long unchained;
  private long checkpoints;
  private long newer;
  private long expired;
  private long removed;
  private Optional<Instant> last = Optional.empty();

  /**
   * Creates an empty report.
   *
   * @param withKeys whether public keys were given, so that all records should be in checkpoints
   */
  ProofReport(boolean withKeys, Instant now) {
    this.withKeys = withKeys;
    this.now = now;
  }

  /** Adds a partition. If both checks find a record, only the checkpoint's finding is kept. */
  void add(
      String partition,
      ChainCheck chains,
      CheckpointCheck ranges,
      CheckpointChain chain,
      List<LogFinding> ofCheckpoints) {
    Set<Long> reported = new HashSet<>();
    ofCheckpoints.forEach(finding -> reported.add(finding.offset()));
    Stream.of(
            chain.findings().stream(),
            ofCheckpoints.stream(),
            chains.findings(ranges).stream()
                .filter(finding -> !reported.contains(finding.offset())))
        .flatMap(each -> each)
        .sorted(Comparator.comparing(LogFinding::offset))
        .forEach(findings::add);
    partitions++;
    records += ranges.records();
    unchained += chains.unchained();
    newer += ranges.newer();
    expired += ranges.expired();
    removed += ranges.removed();
    add(chain);
    if (withKeys && isUnsigned(ranges)) {
      unproven.add(
          chain.usable().isEmpty()
              ? "%s has records and no checkpoint".formatted(partition)
              : "%s has records of %s that are in no checkpoint"
                  .formatted(partition, ranges.oldestNewer().orElseThrow()));
    }
  }

  private void add(CheckpointChain chain) {
    checkpoints += chain.usable().size();
    unknownKeys.addAll(chain.unknownKeys());
    chain.usable().stream().map(Checkpoint::signer).forEach(signers::add);
    chain.usable().stream()
        .map(Checkpoint::at)
        .forEach(at -> last = last.filter(other -> other.isAfter(at)).or(() -> Optional.of(at)));
  }

  private boolean isUnsigned(CheckpointCheck ranges) {
    return ranges.oldestNewer().filter(at -> at.isBefore(now.minus(SIGNED_WITHIN))).isPresent();
  }

  /** Adds a partition that checkpoints are about, and that does not exist. */
  void deleted(String partition, CheckpointChain chain) {
    findings.addAll(chain.findings());
    add(chain);
    if (!chain.usable().isEmpty()) {
      Checkpoint newest = chain.usable().getLast();
      findings.add(
          new LogFinding(
              partition,
              newest.until(),
              Kind.MISSING,
              ("the partition does not exist, and checkpoints until %s have records of it; this is"
                      + " expected if you deleted the topic of a cluster that left")
                  .formatted(newest.at())));
    }
  }

  /** Returns what is not as it was written; nothing if the log is unchanged. */
  public List<LogFinding> findings() {
    return List.copyOf(findings);
  }

  /** Returns whether everything could be compared. */
  public boolean isComplete() {
    return unknownKeys.isEmpty() && unproven.isEmpty();
  }

  /** Returns the names of keys that sign checkpoints, and that were not given. */
  Set<String> unknownKeys() {
    return Set.copyOf(unknownKeys);
  }

  /** Returns what was checked and what was not, as sentences for a person. */
  public List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d %s in %d records of %d partitions"
            .formatted(
                findings.size(),
                findings.size() == 1 ? "finding" : "findings",
                records,
                partitions));
    if (unchained > 0) {
      lines.add(
          "%d records have no link to the record before (header 'chain'): an earlier version of Sluice or another program wrote them"
              .formatted(unchained));
    }
    lines.add(
        last.map(
                at ->
                    "%d checkpoints of the keys %s, the last of %s; %d later records are in none"
                        .formatted(checkpoints, String.join(", ", signers), at, newer))
            .orElse(
                "there are no checkpoints, so only the chains were checked: a record at the end of"
                    + " a chain may be altered, and a chain replaced as a whole; start the API with"
                    + " --checkpoint-key"));
    if (removed > 0) {
      lines.add(
          "%d signed records are before the beginnings of their partitions: retention has deleted them, or somebody has (kafka-delete-records)"
              .formatted(removed));
    }
    if (expired > 0) {
      lines.add(
          "%d records are older than the oldest checkpoint that the broker still has, and are not proven"
              .formatted(expired));
    }
    if (!unknownKeys.isEmpty()) {
      lines.add(
          "signatures of these keys were not verified, since their public keys were not given: "
              + String.join(", ", unknownKeys));
    }
    lines.addAll(unproven);
    return List.copyOf(lines);
  }
}

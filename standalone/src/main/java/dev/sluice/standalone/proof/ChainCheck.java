package dev.sluice.standalone.proof;

import dev.sluice.contract.proof.ChainLink;
import dev.sluice.standalone.proof.LogFinding.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks the chains of a partition: each record names the digest of the one that its producer wrote
 * before. Pure.
 */
final class ChainCheck {

  private final String partition;
  private final boolean complete;
  private final boolean compacted;
  private final Map<String, Chain> chains = new HashMap<>();
  private final List<LogFinding> findings = new ArrayList<>();
  private final List<LogFinding> unlinked = new ArrayList<>();
  private long unchained;

  private static final class Chain {
    private long sequence = -1;
    private long offset;
    private String digest = "";
    private final Gaps gaps = new Gaps();
  }

  /**
   * Begins a partition.
   *
   * @param complete whether the log begins with the first record that was ever written
   * @param compacted whether the broker may remove records that a later one of their key replaces
   */
  ChainCheck(String partition, boolean complete, boolean compacted) {
    this.partition = partition;
    this.complete = complete;
    this.compacted = compacted;
  }

  /** Adds the next record. */
  void add(ReadRecord record) {
    Optional<ChainLink> link = record.link();
    if (link.isEmpty()) {
      unlinked(record);
      return;
    }
    Chain chain = chains.computeIfAbsent(link.get().chain(), _ -> new Chain());
    link.get().failed().forEach(chain.gaps::remove);
    long number = link.get().sequence();
    if (number <= chain.sequence) {
      outOfOrder(record, link.get(), chain);
      return;
    }
    boolean first = chain.sequence < 0;
    if (number > chain.sequence + 1 && (!first || complete)) {
      chain.gaps.add(chain.sequence + 1, number - 1, first ? -1 : chain.offset, record.offset());
      link.get().failed().forEach(chain.gaps::remove);
    } else if (!first
        && number == chain.sequence + 1
        && !link.get().previous().equals(Optional.of(chain.digest))) {
      add(
          chain.offset,
          Kind.ALTERED,
          "the next record of its chain (offset %d) has another digest of it"
              .formatted(record.offset()));
    }
    chain.sequence = number;
    chain.offset = record.offset();
    chain.digest = record.digest().toString();
  }

  private void unlinked(ReadRecord record) {
    unchained++;
    if (!chains.isEmpty()) {
      unlinked.add(
          new LogFinding(
              partition,
              record.offset(),
              Kind.INSERTED,
              "it has no valid header 'chain', so another program or an earlier version wrote it"));
    }
  }

  private void outOfOrder(ReadRecord record, ChainLink link, Chain chain) {
    if (chain.gaps.remove(link.sequence())) {
      add(
          record.offset(),
          Kind.REORDERED,
          "it is record %d of chain %s, and follows record %d"
              .formatted(link.sequence(), link.chain(), chain.sequence));
    } else {
      add(
          record.offset(),
          Kind.INSERTED,
          "chain %s has a record %d before it".formatted(link.chain(), link.sequence()));
    }
  }

  /**
   * Returns what was found. What signed checkpoints cover was so when it was signed: a record
   * without a link was in the log already, and a missing record never was, since its send had
   * failed.
   */
  List<LogFinding> findings(CheckpointCheck signed) {
    List<LogFinding> all = new ArrayList<>(findings);
    unlinked.stream()
        .filter(finding -> !signed.covers(finding.offset(), finding.offset()))
        .forEach(all::add);
    if (!compacted) {
      chains.forEach(
          (id, chain) ->
              chain.gaps.forEach(
                  (_, gap) -> {
                    if (!signed.covers(Math.max(gap.after(), 0), gap.before())) {
                      all.add(missing(id, gap));
                    }
                  }));
    }
    return all;
  }

  private LogFinding missing(String chain, Gaps.Gap gap) {
    boolean isOne = gap.first() == gap.last();
    return new LogFinding(
        partition,
        gap.before(),
        Kind.MISSING,
        "before it, %s of chain %s %s missing, or the send failed just before its producer ended"
            .formatted(
                isOne
                    ? "record " + gap.first()
                    : "records %d to %d".formatted(gap.first(), gap.last()),
                chain,
                isOne ? "is" : "are"));
  }

  /** Returns the number of records without a link. */
  long unchained() {
    return unchained;
  }

  private void add(long offset, Kind kind, String message) {
    findings.add(new LogFinding(partition, offset, kind, message));
  }
}

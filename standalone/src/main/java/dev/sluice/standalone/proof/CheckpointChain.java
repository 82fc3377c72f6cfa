package dev.sluice.standalone.proof;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.RangeDigests;
import dev.sluice.contract.proof.SignedText;
import dev.sluice.contract.proof.SigningKeys;
import dev.sluice.standalone.proof.LogFinding.Kind;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The checkpoints of a partition, checked against each other. Pure.
 *
 * @param usable those with a valid signature, or with one of a key that is not known, in their
 *     order
 * @param unknownKeys names of keys that sign checkpoints and are not known
 */
record CheckpointChain(
    List<Checkpoint> usable, List<LogFinding> findings, TreeSet<String> unknownKeys) {

  /**
   * Checks the signature of each checkpoint, and that it continues the one before.
   *
   * @param complete whether the topic of checkpoints still begins with its first record
   * @param keys public keys by name
   */
  static CheckpointChain check(
      String partition,
      List<Checkpoint> checkpoints,
      boolean complete,
      Map<String, PublicKey> keys) {
    List<Checkpoint> valid = new ArrayList<>();
    List<LogFinding> findings = new ArrayList<>();
    TreeSet<String> unknown = new TreeSet<>();
    for (Checkpoint checkpoint : checkpoints) {
      Optional<PublicKey> key = Optional.ofNullable(keys.get(checkpoint.signer()));
      if (key.isEmpty()) {
        unknown.add(checkpoint.signer());
      }
      fault(checkpoint, valid, complete, key)
          .ifPresent(
              fault ->
                  findings.add(
                      new LogFinding(
                          partition,
                          checkpoint.from(),
                          Kind.CHECKPOINT,
                          "the checkpoint of %s %s".formatted(checkpoint.at(), fault))));
      if (isUsable(checkpoint, key) && isAfter(checkpoint, valid)) {
        valid.add(checkpoint);
      }
    }
    return new CheckpointChain(List.copyOf(valid), List.copyOf(findings), unknown);
  }

  private static Optional<String> fault(
      Checkpoint checkpoint, List<Checkpoint> before, boolean complete, Optional<PublicKey> key) {
    if (!isUsable(checkpoint, key)) {
      return Optional.of(
          "is not as the key '%s' signed it: its records are not compared"
              .formatted(checkpoint.signer()));
    }
    if (before.isEmpty()) {
      return complete && checkpoint.previous().isPresent()
          ? Optional.of("continues one that is missing")
          : Optional.empty();
    }
    Checkpoint last = before.getLast();
    if (!checkpoint.previous().equals(Optional.of(SignedText.digest(last)))) {
      return Optional.of(
          "does not continue the one of %s: one is missing, or was replaced".formatted(last.at()));
    }
    return isAfter(checkpoint, before)
        ? Optional.empty()
        : Optional.of("begins before the end of the one of %s".formatted(last.at()));
  }

  private static boolean isUsable(Checkpoint checkpoint, Optional<PublicKey> key) {
    return isReadable(checkpoint)
        && key.map(known -> SigningKeys.isSigned(checkpoint, known)).orElse(true);
  }

  private static boolean isReadable(Checkpoint checkpoint) {
    try {
      List<RangeDigests.Entry> entries =
          RangeDigests.decode(checkpoint.from(), checkpoint.digests());
      return entries.size() == checkpoint.records()
          && (entries.isEmpty() || entries.getLast().offset() < checkpoint.until());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isAfter(Checkpoint checkpoint, List<Checkpoint> before) {
    return before.isEmpty() || checkpoint.from() >= before.getLast().until();
  }
}

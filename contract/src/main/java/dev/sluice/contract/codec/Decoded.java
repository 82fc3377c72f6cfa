package dev.sluice.contract.codec;

/** Result of decoding a record. */
public sealed interface Decoded {

  /** A record of a known type. */
  record Known(Envelope<?> envelope) implements Decoded {}

  /**
   * A record of a type that this version does not know. A consumer stops at it and reports itself
   * unready: skipping it would lose the event in a rolling upgrade.
   */
  record UnknownType(String ceType) implements Decoded {}

  /** A record that no version can decode: it becomes a dead letter. */
  record Damaged(String reason) implements Decoded {}
}

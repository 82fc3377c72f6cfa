package dev.sluice.dispatcher.partition;

/** Whoever feeds a home. Called from the home's thread; must not block. */
public interface PartitionOwner {

  /** The home is ready for the events from this offset on. */
  void ready(PartitionLoop loop, long offset);

  /** The home takes events again. */
  void roomy(PartitionLoop loop);

  /** The home has ended and must be started anew. */
  void failed(PartitionLoop loop, Throwable cause);
}

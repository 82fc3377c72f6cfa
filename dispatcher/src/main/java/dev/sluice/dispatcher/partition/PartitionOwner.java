package dev.sluice.dispatcher.partition;

/**
 * Owner of partition loops, which hands events to them. Called from a loop's thread; must not
 * block.
 */
public interface PartitionOwner {

  /** Reports that the loop is ready for the events from this offset on. */
  void ready(PartitionLoop loop, long offset);

  /** Reports that the loop takes events again. */
  void hasRoom(PartitionLoop loop);

  /** Reports that the loop has ended and must be restarted. */
  void failed(PartitionLoop loop, Throwable cause);
}

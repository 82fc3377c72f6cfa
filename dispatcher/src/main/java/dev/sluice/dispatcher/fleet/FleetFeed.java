package dev.sluice.dispatcher.fleet;

import java.util.Optional;

/**
 * Watch of the fleet's documents. Used by the intake's thread only, which it holds up by no fetch.
 */
interface FleetFeed extends AutoCloseable {

  /** Result of looking at the documents. */
  sealed interface Found {

    /** The documents may have changed. */
    record Documents(FleetInput input) implements Found {}

    /**
     * The documents cannot be read.
     *
     * @param reason what, where and what to do
     * @param retryable whether it may resolve on its own
     */
    record Unavailable(String reason, boolean retryable) implements Found {}
  }

  /** Returns what is new since the last call; empty if nothing is. */
  Optional<Found> next();

  /** Has the documents that were returned last returned again, since they could not be read. */
  void repeat();

  @Override
  void close();
}

package dev.sluice.api.store;

import dev.sluice.contract.failure.FailureCode;
import java.time.Instant;
import java.util.Optional;

/**
 * Parts that do not report at this moment, so that what they said last may be out of date. Queries
 * call it as the SQL function {@code silence(cluster, field)}, with an empty cluster for the
 * dispatchers.
 */
public interface Silences {

  /** Every part reports. */
  Silences NONE =
      new Silences() {
        @Override
        public Optional<Silence> ofCluster(String cluster) {
          return Optional.empty();
        }

        @Override
        public Optional<Silence> ofDispatchers() {
          return Optional.empty();
        }
      };

  /**
   * The reason why the state of a cluster or of Git is unknown.
   *
   * @param message for operators: what is wrong, and what to do
   */
  record Silence(FailureCode code, String message, Instant since) {}

  /** Returns why nothing is known of a cluster; empty if its worker reports about it. */
  Optional<Silence> ofCluster(String cluster);

  /** Returns why nothing is known of Git; empty if a dispatcher reports. */
  Optional<Silence> ofDispatchers();
}

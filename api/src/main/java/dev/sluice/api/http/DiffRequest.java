package dev.sluice.api.http;

import java.util.Objects;
import java.util.Optional;

/**
 * Request for the differences that applying an application's newest target again would make in a
 * cluster.
 *
 * @param patienceSeconds how long to wait for the answer; 20 if absent, at most 25
 */
record DiffRequest(String application, String cluster, Optional<Integer> patienceSeconds) {

  DiffRequest {
    Objects.requireNonNull(application);
    Objects.requireNonNull(cluster);
  }
}

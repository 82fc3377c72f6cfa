package dev.sluice.api.http;

import java.util.Objects;
import java.util.Optional;

/**
 * What applying an application's newest target again would change in a cluster.
 *
 * @param patienceSeconds how long the answer may take; 20 if absent, at most 25
 */
record DiffRequest(String application, String cluster, Optional<Integer> patienceSeconds) {

  DiffRequest {
    Objects.requireNonNull(application);
    Objects.requireNonNull(cluster);
  }
}

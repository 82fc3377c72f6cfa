package dev.sluice.worker.manifest;

import java.util.Optional;

/** What a cluster's discovery says about kinds. */
public interface Scopes {

  /** Whether objects of the kind live in namespaces; empty if the cluster does not serve it. */
  Optional<Boolean> namespaced(String apiVersion, String kind);
}

package dev.sluice.worker.manifest;

import java.util.Optional;

/** The scopes of a cluster's kinds, from discovery. */
public interface Scopes {

  /** Returns whether the kind is namespaced; empty if the cluster does not serve it. */
  Optional<Boolean> namespaced(String apiVersion, String kind);
}

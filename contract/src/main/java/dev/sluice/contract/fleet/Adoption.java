package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The objects of a cluster that an application may take over although it did not create them. */
public enum Adoption {
  /** None: an object that exists already is refused. */
  @JsonProperty("never")
  NEVER,
  /** Objects that nobody owns. */
  @JsonProperty("unowned")
  UNOWNED,
  /** All, also those of another installation, Argo CD, Flux or Helm. */
  @JsonProperty("force")
  FORCE
}

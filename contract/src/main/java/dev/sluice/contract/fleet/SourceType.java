package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What an application's files are. */
public enum SourceType {
  /** Manifests as they are. */
  @JsonProperty("plain")
  PLAIN,
  /** A kustomization. */
  @JsonProperty("kustomize")
  KUSTOMIZE,
  /** A Helm chart. */
  @JsonProperty("helm")
  HELM,
  /** Values files for the charts of other sources; renders to nothing by itself. */
  @JsonProperty("values")
  VALUES
}

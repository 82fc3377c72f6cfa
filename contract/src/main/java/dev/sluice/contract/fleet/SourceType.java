package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The type of a source's files. */
public enum SourceType {
  /** Manifests that are applied unchanged. */
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

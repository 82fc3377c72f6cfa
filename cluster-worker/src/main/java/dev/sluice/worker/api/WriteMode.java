package dev.sluice.worker.api;

/** How objects of a kind are written, by what their API supports. */
public enum WriteMode {

  /** By server-side apply (KEP-555), which all APIs of Kubernetes itself support. */
  APPLY,

  /** By POST and JSON merge patches (RFC 7386). */
  MERGE_PATCH,

  /** By POST and PUT. */
  REPLACE
}

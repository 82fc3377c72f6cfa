package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The treatment of values that differ at each rendering of the same inputs. */
public enum GeneratedValues {
  /** The value that is live stays; the first one is applied. */
  @JsonProperty("keep-live")
  KEEP_LIVE,
  /** The target is parked. */
  @JsonProperty("fail")
  FAIL,
  /** Each rendering's value is applied. */
  @JsonProperty("allow")
  ALLOW
}

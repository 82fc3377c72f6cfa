package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Verdict of a review of a pull or merge request. */
public enum ReviewVerdict {
  /** The reviewer approves the commit. */
  @JsonProperty("approved")
  APPROVED("approved"),
  /** The reviewer asks for changes, waits for the author, or rejects the request. */
  @JsonProperty("changes-requested")
  CHANGES_REQUESTED("changes-requested"),
  /** The reviewer says neither; an earlier verdict stays. */
  @JsonProperty("commented")
  COMMENTED("commented"),
  /** An earlier verdict no longer holds. */
  @JsonProperty("withdrawn")
  WITHDRAWN("withdrawn");

  private final String word;

  ReviewVerdict(String word) {
    this.word = word;
  }

  /** Returns the word for the verdict, as in events. */
  public String word() {
    return word;
  }
}

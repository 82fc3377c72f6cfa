package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.Optional;

/**
 * New inputs of an application that are not sent to a cluster yet. The newest ones are sent once
 * the cause ends, or an operator releases them.
 *
 * @param cause what withholds them
 * @param waitsFor what they wait for, in words
 * @param since when inputs were first withheld
 * @param commit the first source's commit of the newest inputs
 * @param release the operator's release, which lets the next inputs pass; absent if there is none
 */
public record Withheld(
    Cause cause,
    String waitsFor,
    Instant since,
    Optional<CommitId> commit,
    Optional<Release> release) {

  /** The reason for which inputs are not sent yet. */
  public enum Cause {
    /** An application that this one depends on has not reached the required condition. */
    @JsonProperty("dependsOn")
    DEPENDS_ON("dependsOn");

    private final String word;

    Cause(String word) {
      this.word = word;
    }

    /** Returns the word for people, as in the fleet's documents. */
    public String word() {
      return word;
    }
  }

  /**
   * An operator's decision not to wait.
   *
   * @param command the event id of the command
   * @param by who gave it
   */
  public record Release(EventId command, String by) {}

  /** Returns this with an operator's release. */
  public Withheld released(Release by) {
    return new Withheld(cause, waitsFor, since, commit, Optional.of(by));
  }
}

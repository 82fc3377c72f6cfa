package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * New inputs of an application that are not sent to a cluster yet. The newest ones are sent once
 * the cause ends, or an operator releases them.
 *
 * @param cause what withholds them
 * @param waitsFor what they wait for, in words
 * @param since when inputs were first withheld for this cause
 * @param commit the first source's commit of the newest inputs
 * @param inputs the digest of the newest inputs
 * @param until when the next maintenance window opens; absent for other causes
 * @param release the operator's release, which lets inputs pass; absent if there is none
 */
public record Withheld(
    Cause cause,
    String waitsFor,
    Instant since,
    Optional<CommitId> commit,
    Optional<String> inputs,
    Optional<Instant> until,
    Optional<Release> release) {

  /** The reason for which inputs are not sent yet. */
  public enum Cause {
    /** The policy is manual: an operator decides about all new inputs. */
    @JsonProperty("manual")
    MANUAL("manual"),
    /** An application that this one depends on has not reached the required condition. */
    @JsonProperty("dependsOn")
    DEPENDS_ON("dependsOn"),
    /** No maintenance window allows it now. */
    @JsonProperty("window")
    WINDOW("window");

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
   * @param lifts the causes that do not count any longer; absent in records of earlier versions,
   *     which lifted dependencies only
   * @param inputs the digest of the inputs that it is for; absent for the next ones, whichever
   *     these are
   * @param earlier the commands of earlier releases that are still in force; absent in records of
   *     earlier versions
   */
  public record Release(
      EventId command,
      String by,
      Optional<List<Cause>> lifts,
      Optional<String> inputs,
      Optional<List<EventId>> earlier) {

    public Release {
      lifts = lifts.map(List::copyOf);
      earlier = earlier.map(List::copyOf);
    }

    /** Creates a release that lifts these causes. */
    public Release(
        EventId command,
        String by,
        List<Cause> lifts,
        Optional<String> inputs,
        List<EventId> earlier) {
      this(command, by, Optional.of(lifts), inputs, Optional.of(earlier));
    }

    /** Returns the causes that do not count any longer. */
    public List<Cause> lifted() {
      return lifts.orElse(List.of(Cause.DEPENDS_ON));
    }

    /** Returns whether a cause does not count any longer. */
    public boolean lifts(Cause cause) {
      return lifted().contains(cause);
    }

    /** Returns whether this is for the inputs with a digest. */
    public boolean isFor(String digest) {
      return inputs.isEmpty() || inputs.get().equals(digest);
    }

    /** Returns this for the inputs with a digest only. */
    public Release only(String digest) {
      return new Release(command, by, lifts, Optional.of(digest), earlier);
    }

    /** Returns all commands, in order. */
    public List<EventId> commands() {
      return Stream.concat(earlier.orElse(List.of()).stream(), Stream.of(command)).toList();
    }
  }

  /** Returns this with another operator's release, or none. */
  public Withheld released(Optional<Release> other) {
    return new Withheld(cause, waitsFor, since, commit, inputs, until, other);
  }

  /** Returns this with other words for what is waited for. */
  public Withheld waitingFor(String words) {
    return new Withheld(cause, words, since, commit, inputs, until, release);
  }
}

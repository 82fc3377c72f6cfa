package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/** What an operator asks of an application. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Command.Reevaluate.class, name = "re-evaluate"),
  @JsonSubTypes.Type(value = Command.Resync.class, name = "resync"),
  @JsonSubTypes.Type(value = Command.Restore.class, name = "restore"),
  @JsonSubTypes.Type(value = Command.Rebuild.class, name = "rebuild"),
  @JsonSubTypes.Type(value = Command.Suspend.class, name = "suspend"),
  @JsonSubTypes.Type(value = Command.Resume.class, name = "resume"),
  @JsonSubTypes.Type(value = Command.Approve.class, name = "approve"),
  @JsonSubTypes.Type(value = Command.Discard.class, name = "discard")
})
public sealed interface Command {

  /** Look at Git again; what differs from what was last sent, is sent. */
  record Reevaluate() implements Command {}

  /** Send the current inputs as a new generation, though nothing differs. */
  record Resync() implements Command {}

  /** Send the inputs of a commit of the first source, and nothing else until it is resumed. */
  record Restore(CommitId commit) implements Command {}

  /**
   * Recompute what the home remembers of the application, from {@code changes} and Git and beside
   * what it remembers, and say in the answer whether they are the same. Changes and sends nothing.
   */
  record Rebuild() implements Command {}

  /** Send nothing until it is resumed. */
  record Suspend() implements Command {}

  /** End a suspension or a restoration: what Git says now is sent. */
  record Resume() implements Command {}

  /**
   * Send what is held as a new generation of the same inputs, whose deletions are carried out if
   * they are exactly those that were looked at.
   *
   * @param generation what was looked at; if another was sent since, the command is refused
   * @param plan the digest of the {@link DeletionPlan} that was looked at; absent in commands of
   *     earlier versions, which are refused
   */
  record Approve(Generation generation, Optional<String> plan) implements Command {}

  /** Close an open dead letter without trying again. */
  record Discard(String entry) implements Command {}
}

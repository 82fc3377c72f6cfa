package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/** An operation on an application that an operator can request. */
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

  /** Returns the word for the command, as in its {@code kind}. */
  default String word() {
    return switch (this) {
      case Reevaluate _ -> "re-evaluate";
      case Resync _ -> "resync";
      case Restore _ -> "restore";
      case Rebuild _ -> "rebuild";
      case Suspend _ -> "suspend";
      case Resume _ -> "resume";
      case Approve _ -> "approve";
      case Discard _ -> "discard";
    };
  }

  /** Read Git again and send a target wherever the inputs differ from the last one sent. */
  record Reevaluate() implements Command {}

  /** Send the current inputs as a new generation even if they have not changed. */
  record Resync() implements Command {}

  /**
   * Send the inputs at an earlier commit of the first source, and nothing else until {@link
   * Resume}.
   */
  record Restore(CommitId commit) implements Command {}

  /**
   * Recompute the partition's state of the application from {@code changes} and Git, beside the
   * state in use, and answer whether the two are equal. Changes and sends nothing.
   */
  record Rebuild() implements Command {}

  /** Send nothing until {@link Resume}. */
  record Suspend() implements Command {}

  /** End a suspension or a restoration and send the current inputs. */
  record Resume() implements Command {}

  /**
   * Send the held generation again as a new one with the same inputs. Its deletions are carried out
   * only if they are exactly the approved ones.
   *
   * @param generation the generation that was approved; the command is refused if another one was
   *     sent since
   * @param plan the digest of the approved {@link DeletionPlan}; absent in commands of earlier
   *     versions, which are refused
   */
  record Approve(Generation generation, Optional<String> plan) implements Command {}

  /** Close an open dead letter without a further attempt. */
  record Discard(DeadLetterId entry) implements Command {}
}

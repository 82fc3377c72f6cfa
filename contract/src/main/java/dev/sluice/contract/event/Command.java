package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An operation on an application that an operator can request. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Command.Reevaluate.class, name = "re-evaluate"),
  @JsonSubTypes.Type(value = Command.Resync.class, name = "resync"),
  @JsonSubTypes.Type(value = Command.Restore.class, name = "restore"),
  @JsonSubTypes.Type(value = Command.Resend.class, name = "resend"),
  @JsonSubTypes.Type(value = Command.Rebuild.class, name = "rebuild"),
  @JsonSubTypes.Type(value = Command.Suspend.class, name = "suspend"),
  @JsonSubTypes.Type(value = Command.Resume.class, name = "resume"),
  @JsonSubTypes.Type(value = Command.Approve.class, name = "approve"),
  @JsonSubTypes.Type(value = Command.Release.class, name = "release"),
  @JsonSubTypes.Type(value = Command.Discard.class, name = "discard")
})
public sealed interface Command {

  /** Returns the dead letters that the command retries. */
  default List<DeadLetterId> retried() {
    return switch (this) {
      case Reevaluate reevaluate -> reevaluate.retries().orElse(List.of());
      case Resync resync -> resync.retries().orElse(List.of());
      case Restore _, Resend _, Rebuild _, Suspend _, Resume _, Approve _, Release _, Discard _ ->
          List.of();
    };
  }

  /** Returns the word for the command, as in its {@code kind}. */
  default String word() {
    return switch (this) {
      case Reevaluate _ -> "re-evaluate";
      case Resync _ -> "resync";
      case Restore _ -> "restore";
      case Resend _ -> "resend";
      case Rebuild _ -> "rebuild";
      case Suspend _ -> "suspend";
      case Resume _ -> "resume";
      case Approve _ -> "approve";
      case Release _ -> "release";
      case Discard _ -> "discard";
    };
  }

  /**
   * Read Git again and send a target wherever the inputs differ from the last one sent.
   *
   * @param retries the dead letters that this retries; absent if it retries none, and in commands
   *     of earlier versions
   */
  record Reevaluate(Optional<List<DeadLetterId>> retries) implements Command {

    @JsonCreator
    public Reevaluate {
      retries = retries.map(List::copyOf).filter(entries -> !entries.isEmpty());
    }

    /** Creates a command that retries no dead letter. */
    public Reevaluate() {
      this(Optional.empty());
    }
  }

  /**
   * Send the current inputs as a new generation even if they have not changed.
   *
   * @param retries as in {@link Reevaluate}
   */
  record Resync(Optional<List<DeadLetterId>> retries) implements Command {

    @JsonCreator
    public Resync {
      retries = retries.map(List::copyOf).filter(entries -> !entries.isEmpty());
    }

    /** Creates a command that retries no dead letter. */
    public Resync() {
      this(Optional.empty());
    }
  }

  /**
   * Send the inputs at an earlier commit of the first source, and nothing else until {@link
   * Resume}.
   */
  record Restore(CommitId commit) implements Command {}

  /**
   * Send the recorded target of an earlier generation again, with the same definition and files, as
   * a new generation. Neither Git nor the application's definition of today is used. If the inputs
   * are not those that were sent last, nothing else is sent until {@link Resume}. It is for one
   * cluster.
   *
   * @param sentAt when the generation was sent, as far as the API knows; the log is then searched
   *     from that time on
   */
  record Resend(Generation generation, Optional<Instant> sentAt) implements Command {}

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

  /**
   * Send the newest of the withheld inputs without waiting for what withholds them: an operator, or
   * the applications that this one depends on. Later inputs wait again.
   *
   * @param ignoreWindows also send while no maintenance window allows it; absent if not, and in
   *     commands of earlier versions
   */
  record Release(Optional<Boolean> ignoreWindows) implements Command {

    @JsonCreator
    public Release {
      ignoreWindows = ignoreWindows.filter(ignores -> ignores);
    }

    /** Creates a command that respects maintenance windows. */
    public Release() {
      this(Optional.empty());
    }

    /** Returns whether it also sends while no maintenance window allows it. */
    public boolean ignoresWindows() {
      return ignoreWindows.orElse(false);
    }
  }

  /** Close an open dead letter without a further attempt. */
  record Discard(DeadLetterId entry) implements Command {}
}

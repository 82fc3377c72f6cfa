package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Pending;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Trigger of an evaluation.
 *
 * @param offset of the event in {@code changes}; empty if it is unknown
 * @param isRemembered whether {@code state} records the trigger, so that its event is finished
 */
public record Trigger(Cause cause, Reason reason, OptionalLong offset, boolean isRemembered) {

  /** Creates a trigger that {@code state} does not record. */
  public Trigger(Cause cause, Reason reason, OptionalLong offset) {
    this(cause, reason, offset, offset.isEmpty());
  }

  /** Cause of a trigger, for the audit. */
  public record Cause(
      List<EventId> events, Optional<String> actor, Instant heardAt, TraceParent trace) {}

  /** Reason of a trigger, which decides what is evaluated. */
  public sealed interface Reason {

    /**
     * The ref moved, or may have.
     *
     * @param expected the announced commit; empty if none is known
     * @param tag the tag that moved or was deleted, if the ref is a range of versions; empty if it
     *     is not, or the tag is unknown
     */
    record RefMoved(Optional<CommitId> expected, Optional<GitRef> tag) implements Reason {

      /** Creates the reason of a move of the ref itself. */
      public RefMoved(Optional<CommitId> expected) {
        this(expected, Optional.empty());
      }
    }

    /**
     * An application is to be inspected whichever paths changed.
     *
     * @param why such as {@code definition} or {@code command resync}, for the audit
     */
    record ApplicationDue(ApplicationName application, String why) implements Reason {

      /** Creates the reason of a changed definition. */
      public static ApplicationDue byDefinition(ApplicationName application) {
        return new ApplicationDue(application, "definition");
      }
    }

    /** A maintenance window has opened that these applications wait for. */
    record WindowOpened(Set<ApplicationName> applications) implements Reason {
      public WindowOpened {
        applications = Set.copyOf(applications);
      }
    }

    /** Another ref moved that these applications of this ref read as well. */
    record OtherRefMoved(RefKey moved, Set<ApplicationName> applications) implements Reason {
      public OtherRefMoved {
        applications = Set.copyOf(applications);
      }
    }
  }

  /** Returns the trigger of work that {@code state} records as pending. */
  public static Trigger of(Pending pending) {
    Cause cause =
        new Cause(
            pending.causes(),
            pending.actor(),
            pending.since(),
            pending.trace().orElseGet(TraceParent::start));
    OptionalLong offset = pending.offset().stream().mapToLong(Long::longValue).findFirst();
    return new Trigger(cause, new Reason.RefMoved(pending.expected()), offset, true);
  }

  public Trigger remembered() {
    return new Trigger(cause, reason, offset, true);
  }

  /** Returns whether this trigger concerns the application's targets. */
  boolean concerns(ApplicationName application) {
    return switch (reason) {
      case Reason.RefMoved _ -> true;
      case Reason.ApplicationDue due -> due.application().equals(application);
      case Reason.WindowOpened opened -> opened.applications().contains(application);
      case Reason.OtherRefMoved other -> other.applications().contains(application);
    };
  }
}

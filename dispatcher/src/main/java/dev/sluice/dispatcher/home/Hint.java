package dev.sluice.dispatcher.home;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Pending;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A reason to look at a ref.
 *
 * @param offset of the event, as long as only {@code changes} remembers it; empty once {@code
 *     state} does
 */
record Hint(Cause cause, Ask ask, OptionalLong offset) {

  /** What an audit tells of a reason. */
  record Cause(List<EventId> events, Optional<String> actor, Instant heardAt, TraceParent trace) {}

  /** What is to be looked at. */
  sealed interface Ask {

    /**
     * The ref moved, or may have.
     *
     * @param expected what it should show; empty if nothing is known
     */
    record Moved(Optional<CommitId> expected) implements Ask {}

    /** One application's definition is another, or a command concerns it. */
    record OfApplication(ApplicationName application) implements Ask {}

    /** These applications are decided here and read another ref, which has moved. */
    record OtherMoved(RefKey moved, Set<ApplicationName> applications) implements Ask {
      public OtherMoved {
        applications = Set.copyOf(applications);
      }
    }
  }

  /** What {@code state} remembers: enough to look again. */
  static Hint of(Pending pending) {
    Cause cause =
        new Cause(pending.causes(), pending.actor(), pending.since(), TraceParent.start());
    return new Hint(cause, new Ask.Moved(pending.expected()), OptionalLong.empty());
  }

  boolean isRemembered() {
    return offset.isEmpty();
  }

  Hint remembered() {
    return new Hint(cause, ask, OptionalLong.empty());
  }

  /** Whether this hint is a reason for that application's targets. */
  boolean concerns(ApplicationName application) {
    return switch (ask) {
      case Ask.Moved _ -> true;
      case Ask.OfApplication one -> one.application().equals(application);
      case Ask.OtherMoved other -> other.applications().contains(application);
    };
  }
}

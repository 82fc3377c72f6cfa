package dev.sluice.dispatcher.decide;

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
 * @param offset of the event in {@code changes}; empty if no one knows it any more
 * @param isRemembered whether {@code state} remembers it, so that the event is dealt with
 */
public record Trigger(Cause cause, Ask ask, OptionalLong offset, boolean isRemembered) {

  /** A reason that only {@code changes} remembers. */
  public Trigger(Cause cause, Ask ask, OptionalLong offset) {
    this(cause, ask, offset, offset.isEmpty());
  }

  /** What an audit tells of a reason. */
  public record Cause(
      List<EventId> events, Optional<String> actor, Instant heardAt, TraceParent trace) {}

  /** What is to be looked at. */
  public sealed interface Ask {

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
  public static Trigger of(Pending pending) {
    Cause cause =
        new Cause(
            pending.causes(),
            pending.actor(),
            pending.since(),
            pending.trace().orElseGet(TraceParent::start));
    OptionalLong offset = pending.offset().stream().mapToLong(Long::longValue).findFirst();
    return new Trigger(cause, new Ask.Moved(pending.expected()), offset, true);
  }

  public Trigger remembered() {
    return new Trigger(cause, ask, offset, true);
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

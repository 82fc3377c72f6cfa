package dev.sluice.simulated.runner.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.runner.api.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes and events that follow from the state of an object, and when to look at it again. */
public final class Plan {
  private final List<Write> writes = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private @Nullable Instant again;
  private Runnable then = () -> {};

  /** Creates an object. */
  public Plan create(Kind kind, ObjectNode object) {
    writes.add(new Write.Create(kind, object));
    return this;
  }

  /** Replaces an object. */
  public Plan replace(Kind kind, ObjectNode object) {
    writes.add(new Write.Replace(kind, object));
    return this;
  }

  /** Replaces the status of an object. */
  public Plan status(Kind kind, ObjectNode object) {
    writes.add(new Write.ReplaceStatus(kind, object));
    return this;
  }

  /** Deletes an object. */
  public Plan delete(Kind kind, ObjectNode object) {
    writes.add(new Write.Delete(kind, object));
    return this;
  }

  /** Adds any other write. */
  public Plan write(Write write) {
    writes.add(write);
    return this;
  }

  /** Reports an event about an object. */
  public Plan note(Note note) {
    notes.add(note);
    return this;
  }

  /** Looks at the object again at a time, if nothing changes before; the earliest time counts. */
  public Plan again(Instant time) {
    if (again == null || time.isBefore(again)) {
      again = time;
    }
    return this;
  }

  public boolean isEmpty() {
    return writes.isEmpty();
  }

  /** Runs an action when all writes have succeeded. */
  public Plan then(Runnable action) {
    then = action;
    return this;
  }

  List<Write> writes() {
    return writes;
  }

  List<Note> notes() {
    return notes;
  }

  void succeeded() {
    then.run();
  }

  Optional<Instant> again() {
    return Optional.ofNullable(again);
  }
}

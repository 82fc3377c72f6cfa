package dev.sluice.contract.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A part of the target was applied, and the next part waits: for the health of a wave's objects, or
 * for the end of hooks. Sent when a wait lasts longer than a second.
 *
 * @param stage the stage that is not over, such as {@code Sync wave 2}
 * @param objects what it waits for, the first ones if there are many
 * @param omitted the number of objects that are not listed; absent if all are listed
 * @param until when the wait fails
 */
public record Waiting(
    Subject subject,
    String stage,
    List<ObservedObject> objects,
    Optional<Integer> omitted,
    Instant until)
    implements ResultEvent.OfTarget {
  public Waiting {
    objects = List.copyOf(objects);
  }

  /** Returns what it waits for, in words. */
  public String shown() {
    String first =
        objects.stream()
            .findFirst()
            .map(object -> ": %s (%s)".formatted(object.object(), object.reason()))
            .orElse("");
    int others = Math.max(0, objects.size() - 1) + omitted.orElse(0);
    return "%s waits%s%s"
        .formatted(stage, first, others == 0 ? "" : " and %d more".formatted(others));
  }
}

package dev.sluice.standalone.console;

import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.health.Health;
import java.util.List;
import java.util.stream.Collectors;

/** Lines for people about what a worker observes in its cluster. */
final class Observations {

  private Observations() {}

  static String shown(ObservedEvent observed) {
    return switch (observed) {
      case ObservedEvent.OfHealth health -> health(health.observed());
      case ObservedEvent.Drifted drifted ->
          drifted.objects().stream().map(Observations::drift).collect(Collectors.joining("; "));
      case ObservedEvent.DriftEnded _ -> "no drift any longer";
      case ObservedEvent.Healed healed ->
          "put back in %d ms: %s"
              .formatted(healed.took().toMillis(), PushReport.objects(healed.changes()));
      case ObservedEvent.Contended contended ->
          "%s was put back %d times in %s and changed again by %s: the next time in %s"
              .formatted(
                  contended.object(),
                  contended.heals(),
                  contended.within(),
                  writers(contended.writers()),
                  contended.pause());
    };
  }

  private static String health(ObservedHealth observed) {
    String counted = "%s, %d objects".formatted(observed.health().word(), observed.objects());
    return observed.health() == Health.HEALTHY || observed.unhealthy().isEmpty()
        ? counted
        : "%s: %s: %s"
            .formatted(
                observed.health().word(),
                observed.unhealthy().getFirst().object(),
                observed.unhealthy().getFirst().reason());
  }

  private static String drift(ObjectDrift drift) {
    return switch (drift.kind()) {
      case CHANGED ->
          "%s was changed by %s: %s"
              .formatted(
                  drift.object(),
                  writers(drift.writers()),
                  drift.fields().stream()
                      .map(Observations::field)
                      .collect(Collectors.joining(", ")));
      case TAKEN_OVER ->
          "%s was taken over by %s".formatted(drift.object(), writers(drift.writers()));
      case DELETED -> "%s was deleted".formatted(drift.object());
      case RETURNED ->
          "%s was created again by %s".formatted(drift.object(), writers(drift.writers()));
    };
  }

  private static String field(ObjectDifference.Field field) {
    return "%s is %s instead of %s"
        .formatted(field.path(), field.live().orElse("missing"), field.wanted().orElse("missing"));
  }

  private static String writers(List<FieldWriter> writers) {
    return writers.isEmpty()
        ? "an unknown writer"
        : writers.stream()
            .map(
                writer ->
                    writer.manager()
                        + writer.subresource().map(name -> " (" + name + ")").orElse(""))
            .distinct()
            .collect(Collectors.joining(", "));
  }
}

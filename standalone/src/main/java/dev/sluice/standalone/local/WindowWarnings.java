package dev.sluice.standalone.local;

import dev.sluice.contract.fleet.Definition;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Warnings about maintenance windows that keep an application from ever being sent. */
final class WindowWarnings {

  private WindowWarnings() {}

  /** Returns a warning for each application and cluster for which no window opens. */
  static List<String> of(List<Definition> definitions, Instant now) {
    return definitions.stream().flatMap(definition -> of(definition, now)).toList();
  }

  private static Stream<String> of(Definition definition, Instant now) {
    return definition.clusters().stream()
        .flatMap(
            cluster ->
                definition.sendingRules().closedAt(now, cluster.name()).stream()
                    .filter(closed -> !closed.opens())
                    .map(
                        closed ->
                            "application %s waits in cluster %s for %s"
                                .formatted(
                                    definition.application(), cluster.name(), closed.waitsFor())));
  }
}

package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetReading;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a reading of the fleet changes.
 *
 * @param events for the homes
 * @param refusals what was not taken over, and how to have it
 */
record IntakePlan(List<ChangeEvent> events, List<String> refusals) {

  IntakePlan {
    events = List.copyOf(events);
    refusals = List.copyOf(refusals);
  }

  /** Compares a reading with the definitions that the homes have. */
  static IntakePlan of(
      Map<ApplicationName, Definition> known, FleetReading reading, RemovalGuard guard) {
    List<ChangeEvent> safe = new ArrayList<>();
    List<ChangeEvent> taking = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    String revision = reading.revision();
    Set<ApplicationName> present = new HashSet<>(reading.invalid());
    for (Definition definition : reading.definitions()) {
      present.add(definition.application());
      Definition old = known.get(definition.application());
      if (definition.equals(old)) {
        continue;
      }
      if (old != null && !old.homeRepository().equals(definition.homeRepository())) {
        refusals.add(
            "application %s: changing its repository from %s to %s needs the application to be removed from the fleet first"
                .formatted(
                    definition.application(), old.homeRepository(), definition.homeRepository()));
        continue;
      }
      boolean deselects = old != null && !clusters(definition).containsAll(clusters(old));
      (deselects ? taking : safe)
          .add(
              new DefinitionAccepted(
                  definition.homeRepository(), definition, revision, orphaned(old, reading)));
    }
    new TreeMap<>(known)
        .forEach(
            (application, old) -> {
              if (!present.contains(application)) {
                taking.add(new DefinitionRemoved(old.homeRepository(), application, revision));
              }
            });
    if (!taking.isEmpty() && !reading.complete()) {
      refusals.add(
          "%d applications would be removed or deselected, but the fleet could not be read completely: nothing is taken away until it can"
              .formatted(taking.size()));
    } else if (!guard.allows(taking.size(), known.size(), revision)) {
      refusals.add(
          "%d of %d applications would be removed or deselected, more than %d %%: nothing is taken away; if this is meant, set approve-revision=%s"
              .formatted(taking.size(), known.size(), guard.limitPercent(), revision));
    } else {
      safe.addAll(taking);
    }
    return new IntakePlan(safe, refusals);
  }

  private static Set<ClusterName> orphaned(@Nullable Definition old, FleetReading reading) {
    Set<ClusterName> gone = old == null ? new HashSet<>() : new HashSet<>(clusters(old));
    gone.removeAll(reading.clusters());
    return gone;
  }

  private static Set<ClusterName> clusters(Definition definition) {
    return definition.clusters().stream().map(ClusterTarget::name).collect(Collectors.toSet());
  }
}

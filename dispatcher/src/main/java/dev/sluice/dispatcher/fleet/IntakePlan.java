package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.ChangeEvent.ReadersAccepted;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.FleetReading;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

  /**
   * What the homes have.
   *
   * @param retired the homes of applications that the fleet had once
   * @param readers by repository, the other homes that are told of its changes
   */
  record Known(
      Map<ApplicationName, Definition> definitions,
      Map<ApplicationName, RepositoryId> retired,
      Map<RepositoryId, Set<RepositoryId>> readers) {

    Known {
      definitions = Map.copyOf(definitions);
      retired = Map.copyOf(retired);
      readers = Map.copyOf(readers);
    }

    /**
     * The repository at whose home an application's generations are counted; empty of one that is
     * new. It stays the one that the application was first defined with: so its counters are never
     * forgotten, and never kept in two places.
     */
    Optional<RepositoryId> of(ApplicationName application) {
      return Optional.ofNullable(definitions.get(application))
          .map(Definition::homeRepository)
          .or(() -> Optional.ofNullable(retired.get(application)));
    }
  }

  /** Compares a reading with what the homes have. */
  static IntakePlan of(Known homes, FleetReading reading, RemovalGuard guard) {
    Map<ApplicationName, Definition> known = homes.definitions();
    List<ChangeEvent> safe = new ArrayList<>();
    List<ChangeEvent> taking = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    String revision = reading.revision();
    Set<ApplicationName> present = new HashSet<>(reading.invalid());
    for (Definition read : reading.definitions()) {
      present.add(read.application());
      Definition old = known.get(read.application());
      Definition definition = homes.of(read.application()).map(read::withHome).orElse(read);
      if (definition.equals(old)) {
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
    safe.addAll(readers(definitionsAfter(known, safe), homes.readers(), revision));
    return new IntakePlan(safe, refusals);
  }

  private static Collection<Definition> definitionsAfter(
      Map<ApplicationName, Definition> known, List<ChangeEvent> events) {
    Map<ApplicationName, Definition> after = new HashMap<>(known);
    for (ChangeEvent event : events) {
      if (event instanceof DefinitionAccepted accepted) {
        after.put(accepted.definition().application(), accepted.definition());
      } else if (event instanceof DefinitionRemoved removed) {
        after.remove(removed.application());
      }
    }
    return after.values();
  }

  /** Who reads a repository from another home has changed for these. */
  private static List<ChangeEvent> readers(
      Collection<Definition> definitions,
      Map<RepositoryId, Set<RepositoryId>> known,
      String revision) {
    Map<RepositoryId, Set<RepositoryId>> readers = new TreeMap<>();
    known.keySet().forEach(repository -> readers.put(repository, new TreeSet<>()));
    for (Definition definition : definitions) {
      for (SourceSpec source : definition.sources()) {
        if (!source.repository().equals(definition.homeRepository())) {
          readers
              .computeIfAbsent(source.repository(), _ -> new TreeSet<>())
              .add(definition.homeRepository());
        }
      }
    }
    List<ChangeEvent> events = new ArrayList<>();
    readers.forEach(
        (repository, homes) -> {
          if (!homes.equals(known.getOrDefault(repository, Set.of()))) {
            events.add(new ReadersAccepted(repository, homes, revision));
          }
        });
    return events;
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

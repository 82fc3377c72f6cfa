package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.event.ChangeEvent.DefinitionRemoved;
import dev.sluice.contract.event.ChangeEvent.FleetEvent;
import dev.sluice.contract.event.ChangeEvent.ReadersAccepted;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
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
 * Changes that a reading of the fleet makes.
 *
 * @param events for the partitions
 * @param refusals changes that were refused, and how to approve them
 * @param held the removal, or addition by ApplicationSets, that waits for an approval, which is
 *     among the refusals
 * @param waiting changes that wait until other applications have been sent
 */
record IntakePlan(
    List<FleetEvent> events,
    List<String> refusals,
    Optional<HeldRemoval> held,
    List<String> waiting) {

  IntakePlan {
    events = List.copyOf(events);
    refusals = List.copyOf(refusals);
    waiting = List.copyOf(waiting);
  }

  /**
   * State of the fleet in the partitions.
   *
   * @param retired the owning repositories of removed applications
   * @param readers by repository, the owning repositories that its changes are forwarded to
   * @param sent by application, the clusters whose newest record of it is a target
   */
  record Known(
      Map<ApplicationName, Definition> definitions,
      Map<ApplicationName, RepositoryId> retired,
      Map<RepositoryId, Set<RepositoryId>> readers,
      Map<ApplicationName, Set<ClusterName>> sent) {

    Known {
      definitions = Map.copyOf(definitions);
      retired = Map.copyOf(retired);
      readers = Map.copyOf(readers);
      sent = Map.copyOf(sent);
    }

    boolean isSent(ApplicationName application, ClusterName cluster) {
      return sent.getOrDefault(application, Set.of()).contains(cluster);
    }

    /**
     * Returns the owning repository of an application, in whose partition its generations are
     * counted; empty for a new application. It stays the repository that the application was first
     * defined with, so that its generations are never forgotten and never counted in two places.
     */
    Optional<RepositoryId> ownerOf(ApplicationName application) {
      return Optional.ofNullable(definitions.get(application))
          .map(Definition::owningRepository)
          .or(() -> Optional.ofNullable(retired.get(application)));
    }
  }

  /** Compares a reading with the state in the partitions. */
  static IntakePlan of(Known state, FleetReading reading, RemovalGuard guard) {
    return of(state, reading, guard, Optional.empty());
  }

  /**
   * Compares a reading with the state in the partitions.
   *
   * @param granted a removal that the guard allows, whatever its size
   */
  static IntakePlan of(
      Known state, FleetReading reading, RemovalGuard guard, Optional<GrantedRemoval> granted) {
    Map<ApplicationName, Definition> known = state.definitions();
    List<FleetEvent> safe = new ArrayList<>();
    List<Departure> taking = new ArrayList<>();
    List<DefinitionAccepted> adding = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    Optional<HeldRemoval> held = Optional.empty();
    List<String> waiting = new ArrayList<>();
    // approvals are for a content, whatever commit has it
    String revision = reading.revision();
    String accepting = reading.acceptedAs();
    Set<ApplicationName> present = new HashSet<>(reading.kept(known));
    for (Definition taken : reading.takenOver(known)) {
      refusals.add(notTakenOver(taken, known.get(taken.application())));
    }
    for (Definition read : new ProjectBounds(known, reading).definitions()) {
      present.add(read.application());
      Definition old = known.get(read.application());
      Definition definition = state.ownerOf(read.application()).map(read::withOwner).orElse(read);
      if (definition.equals(old)) {
        continue;
      }
      DefinitionAccepted accepted =
          new DefinitionAccepted(
              definition.owningRepository(), definition, accepting, orphaned(old, reading));
      if (old != null && !clusters(definition).containsAll(clusters(old))) {
        Set<ClusterName> left = new HashSet<>(clusters(old));
        left.removeAll(clusters(definition));
        taking.add(new Departure(old, left, accepted));
      } else if (old == null) {
        adding.add(accepted);
      } else {
        safe.add(accepted);
      }
    }
    for (ApplicationName awaiting : reading.awaitingRemoval(known)) {
      if (!present.contains(awaiting)) {
        waiting.add(awaitsRemoval(known.get(awaiting)));
      }
    }
    new TreeMap<>(known)
        .forEach(
            (application, old) -> {
              if (!present.contains(application)) {
                taking.add(
                    new Departure(
                        old,
                        clusters(old),
                        new DefinitionRemoved(
                            old.owningRepository(),
                            application,
                            accepting,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(orphaned(old, reading)))));
              }
            });
    if (!taking.isEmpty() && !reading.complete()) {
      refusals.add(
          "%d applications would be removed or deselected, but the fleet could not be read completely: nothing is taken away until it can"
              .formatted(taking.size()));
      taking.clear();
    }
    RevisionGuard.Exceeded exceeded =
        new RevisionGuard(guard, known.values(), reading.sets()).exceeded(taking, adding);
    if (!exceeded.reasons().isEmpty()
        && granted.filter(removal -> removal.covers(revision, exceeded)).isEmpty()) {
      HeldRemoval removal = HeldRemoval.of(revision, exceeded);
      held = Optional.of(removal);
      refusals.add(removal.message());
      taking.removeAll(exceeded.departures());
      adding.removeAll(exceeded.additions());
    }
    safe.addAll(adding);
    for (Departure departure : taking) {
      Set<Definition> successors = departure.successors(reading.definitions(), state);
      if (successors.isEmpty()) {
        safe.add(
            granted
                .filter(removal -> removal.covers(revision, departure))
                .map(removal -> departure.approvedBy(removal.approval()))
                .orElse(departure)
                .event());
      } else {
        waiting.add(waits(departure, successors));
      }
    }
    safe.addAll(readers(definitionsAfter(known, safe), state.readers(), accepting));
    return new IntakePlan(safe, refusals, held, waiting);
  }

  private static String notTakenOver(Definition read, Definition old) {
    return "%s defines %s, which belongs to %s: it does not take it over until %s can be read completely"
        .formatted(
            owner(read).orElseThrow(),
            read.application(),
            owner(old).orElse("a document of its own"),
            owner(old).orElse("the fleet"));
  }

  private static String awaitsRemoval(Definition old) {
    return "%s belongs to %s, which does not define it anymore: a FleetInclude that does takes it in when it has been removed"
        .formatted(old.application(), owner(old).orElse("a document of the fleet"));
  }

  /** Returns the set or include of a definition; empty for a document of its own in the fleet. */
  private static Optional<String> owner(Definition definition) {
    return RevisionGuard.groups(definition).stream().map(RevisionGuard.Group::toString).findFirst();
  }

  private static String waits(Departure departure, Set<Definition> successors) {
    return "%s is taken out when %s, which read the same files, have been sent there: until then no one knows which objects they take over"
        .formatted(departure, successors.stream().map(Definition::application).toList());
  }

  private static Collection<Definition> definitionsAfter(
      Map<ApplicationName, Definition> known, List<FleetEvent> events) {
    Map<ApplicationName, Definition> after = new HashMap<>(known);
    for (FleetEvent event : events) {
      if (event instanceof DefinitionAccepted accepted) {
        after.put(accepted.definition().application(), accepted.definition());
      } else if (event instanceof DefinitionRemoved removed) {
        after.remove(removed.application());
      }
    }
    return after.values();
  }

  /** Returns the events for the repositories whose readers in other partitions changed. */
  private static List<FleetEvent> readers(
      Collection<Definition> definitions,
      Map<RepositoryId, Set<RepositoryId>> known,
      String revision) {
    Map<RepositoryId, Set<RepositoryId>> readers = new TreeMap<>();
    known.keySet().forEach(repository -> readers.put(repository, new TreeSet<>()));
    for (Definition definition : definitions) {
      for (SourceSpec source : definition.sources()) {
        if (!source.repository().equals(definition.owningRepository())) {
          readers
              .computeIfAbsent(source.repository(), _ -> new TreeSet<>())
              .add(definition.owningRepository());
        }
      }
    }
    List<FleetEvent> events = new ArrayList<>();
    readers.forEach(
        (repository, owners) -> {
          if (!owners.equals(known.getOrDefault(repository, Set.of()))) {
            events.add(new ReadersAccepted(repository, owners, revision));
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

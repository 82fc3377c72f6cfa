package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ClusterName;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Application that a fleet revision deselects from clusters, or removes.
 *
 * @param old the definition before
 * @param clusters that it leaves
 * @param event about it, for the application's partition
 */
record Departure(Definition old, Set<ClusterName> clusters, ChangeEvent.FleetEvent event) {

  Departure {
    clusters = Set.copyOf(clusters);
  }

  /**
   * Returns the applications that take over its objects and have not been sent to one of its
   * clusters yet. A renamed application is a removed and a new one; the removal waits, so that the
   * worker knows the new one's claims before it deletes anything. An application of an include
   * takes over within the include only: a team cannot make the removals of others wait.
   */
  Set<Definition> successors(Collection<Definition> definitions, IntakePlan.Known known) {
    return definitions.stream()
        .filter(other -> !other.application().equals(old.application()))
        .filter(
            other -> other.includedBy().isEmpty() || other.includedBy().equals(old.includedBy()))
        .filter(this::sharesSource)
        .filter(other -> other.clusters().stream().anyMatch(to -> isAwaited(other, to, known)))
        .collect(
            Collectors.toCollection(
                () -> new TreeSet<>(Comparator.comparing(Definition::application))));
  }

  /** Returns it with the approval that allows it. */
  Departure approvedBy(FleetApproval approval) {
    ChangeEvent.FleetEvent approved =
        switch (event) {
          case ChangeEvent.DefinitionAccepted accepted ->
              new ChangeEvent.DefinitionAccepted(
                  accepted.repository(),
                  accepted.definition(),
                  accepted.fleetRevision(),
                  accepted.orphaned(),
                  Optional.of(approval),
                  accepted.change());
          case ChangeEvent.DefinitionRemoved removed ->
              new ChangeEvent.DefinitionRemoved(
                  removed.repository(),
                  removed.application(),
                  removed.fleetRevision(),
                  Optional.of(approval),
                  removed.change(),
                  removed.orphaned());
          case ChangeEvent.ReadersAccepted readers -> readers;
        };
    return new Departure(old, clusters, approved);
  }

  /** Returns its name in the approval digest and in messages. */
  @Override
  public String toString() {
    return "%s from %s".formatted(old.application(), new TreeSet<>(clusters));
  }

  private boolean isAwaited(Definition other, ClusterTarget to, IntakePlan.Known known) {
    return clusters.contains(to.name()) && !known.isSent(other.application(), to.name());
  }

  private boolean sharesSource(Definition other) {
    return old.sources().stream()
        .anyMatch(mine -> other.sources().stream().anyMatch(theirs -> overlap(mine, theirs)));
  }

  private static boolean overlap(SourceSpec one, SourceSpec other) {
    String mine = directory(one);
    String theirs = directory(other);
    return one.repository().equals(other.repository())
        && (mine.startsWith(theirs) || theirs.startsWith(mine));
  }

  private static String directory(SourceSpec source) {
    String path = source.path();
    return path.isEmpty() || path.endsWith("/") ? path : path + "/";
  }
}

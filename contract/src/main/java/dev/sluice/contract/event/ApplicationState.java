package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The state of an application. It is kept after the application leaves the fleet, so that its
 * generations never restart.
 *
 * @param definition empty once the fleet no longer has the application
 * @param fleetRevision the revision of the fleet that last defined or removed the application;
 *     empty if none did
 * @param dispatched by cluster, the last target or removal that was sent
 * @param refused by cluster, the number of times that the source was refused while its dead letter
 *     is open
 * @param holds by cluster, the suspension or restoration in force
 * @param demands by cluster, the command that requires a new generation even if the inputs are the
 *     same
 * @param retiredOwner the repository whose partition owns the application after it left the fleet:
 *     if it is defined again, whatever its sources are then, its generations continue there
 * @param carriedOut ids of the commands carried out most recently, so that one that is written
 *     twice is carried out once; absent in records of earlier versions
 * @param possible by cluster, the digest of the {@link PossibleObjects} that were last sent for
 *     refused sources; absent in records of earlier versions
 * @param awaiting by cluster, ids of the commands whose outcome is not known yet; absent if there
 *     are none, and in records of earlier versions
 * @param withheld by cluster, new inputs that are not sent yet; absent if there are none, and in
 *     records of earlier versions
 */
public record ApplicationState(
    ApplicationName application,
    Optional<Definition> definition,
    String fleetRevision,
    Map<ClusterName, Dispatched> dispatched,
    Map<ClusterName, Integer> refused,
    Map<ClusterName, Hold> holds,
    Map<ClusterName, Demand> demands,
    @JsonProperty("retiredHome") Optional<RepositoryId> retiredOwner,
    Optional<List<EventId>> carriedOut,
    Optional<Map<ClusterName, String>> possible,
    Optional<Map<ClusterName, List<EventId>>> awaiting,
    Optional<Map<ClusterName, Withheld>> withheld)
    implements StateRecord {

  public ApplicationState {
    dispatched = Map.copyOf(dispatched);
    refused = Map.copyOf(refused);
    holds = Map.copyOf(holds);
    demands = Map.copyOf(demands);
    carriedOut = carriedOut.map(List::copyOf);
    possible = possible.map(Map::copyOf).filter(map -> !map.isEmpty());
    awaiting =
        awaiting
            .map(
                map ->
                    map.entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .collect(
                            Collectors.toUnmodifiableMap(
                                Map.Entry::getKey, entry -> List.copyOf(entry.getValue()))))
            .filter(map -> !map.isEmpty());
    withheld = withheld.map(Map::copyOf).filter(map -> !map.isEmpty());
  }

  /** Creates the state of an application of which nothing is withheld. */
  public ApplicationState(
      ApplicationName application,
      Optional<Definition> definition,
      String fleetRevision,
      Map<ClusterName, Dispatched> dispatched,
      Map<ClusterName, Integer> refused,
      Map<ClusterName, Hold> holds,
      Map<ClusterName, Demand> demands,
      Optional<RepositoryId> retiredOwner,
      Optional<List<EventId>> carriedOut,
      Optional<Map<ClusterName, String>> possible,
      Optional<Map<ClusterName, List<EventId>>> awaiting) {
    this(
        application,
        definition,
        fleetRevision,
        dispatched,
        refused,
        holds,
        demands,
        retiredOwner,
        carriedOut,
        possible,
        awaiting,
        Optional.empty());
  }

  /** Returns the state of an application that has never been defined in this partition. */
  public static ApplicationState unknown(ApplicationName application) {
    return new ApplicationState(
        application,
        Optional.empty(),
        "",
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the ids of the commands whose outcome in a cluster is not known yet. */
  public List<EventId> awaiting(ClusterName cluster) {
    return awaiting.map(map -> map.getOrDefault(cluster, List.of())).orElse(List.of());
  }

  /** Returns the new inputs that are not sent to a cluster yet; empty if there are none. */
  public Optional<Withheld> withheld(ClusterName cluster) {
    return withheld.map(map -> map.get(cluster));
  }

  /**
   * Returns the inputs that are not sent to a cluster yet and differ from those that were sent
   * last; empty if there are none. Others wait only because a command demands them again.
   */
  public Optional<Withheld> unsent(ClusterName cluster) {
    Optional<String> last =
        Optional.ofNullable(dispatched.get(cluster)).flatMap(Dispatched::inputDigest);
    return withheld(cluster)
        .filter(waiting -> waiting.inputs().isEmpty() || !waiting.inputs().equals(last));
  }

  /** Returns whether nothing is sent to a cluster until the application is resumed. */
  public boolean isSuspended(ClusterName cluster) {
    Hold hold = holds.get(cluster);
    return hold != null && hold.suspends();
  }

  /** Returns whether a command was carried out already. */
  public boolean hasCarriedOut(EventId command) {
    return carriedOut.map(ids -> ids.contains(command)).orElse(false);
  }

  @Override
  public String key() {
    return keyOf(application);
  }

  public static String keyOf(ApplicationName application) {
    return "application/" + application;
  }
}

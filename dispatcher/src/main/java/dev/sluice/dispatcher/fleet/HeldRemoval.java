package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Removal of applications that waits for an approval.
 *
 * @param digest of the revision and of every application with the clusters that it leaves: what is
 *     approved
 * @param taken by application, the clusters that it leaves
 * @param known number of applications of the fleet
 */
record HeldRemoval(
    String revision, String digest, Map<ApplicationName, Set<ClusterName>> taken, int known) {

  private static final int NAMED = 10;

  /** Applications and clusters, in pairs, that the answer to an approval can name in one record. */
  private static final int MOST_APPROVABLE = 100_000;

  HeldRemoval {
    taken = Map.copyOf(taken);
  }

  static HeldRemoval of(String revision, List<Departure> departures, int known) {
    return new HeldRemoval(
        revision,
        digest(revision, departures),
        departures.stream()
            .collect(
                Collectors.toMap(departure -> departure.old().application(), Departure::clusters)),
        known);
  }

  /** Returns the removal as an administrator has approved it. */
  GrantedRemoval approvedBy(FleetApproval approval, long offset) {
    return new GrantedRemoval(approval, digest, revision, taken, offset);
  }

  /** Returns whether the record of an approval can name all that is removed. */
  boolean isApprovable() {
    return pairs() <= MOST_APPROVABLE;
  }

  /** Describes why it cannot be approved, and what to do. */
  String tooLarge() {
    return "%d applications would leave %d clusters in all, and an approval can name at most %d: correct the fleet, or remove them in several revisions"
        .formatted(taken.size(), pairs(), MOST_APPROVABLE);
  }

  private long pairs() {
    return taken.values().stream().mapToLong(Set::size).sum();
  }

  /** Returns the command that approves it. */
  String command() {
    return "sluice approve --fleet %s --reason TEXT".formatted(digest);
  }

  /** Describes it and how to approve it. */
  String message(RemovalGuard guard) {
    if (!isApprovable()) {
      return "more than %s of %d applications would be removed or deselected, so nothing is taken away: %s: %s"
          .formatted(guard.limit(known), known, tooLarge(), names(taken));
    }
    return "%d of %d applications would be removed or deselected, more than %s: nothing is taken away until the fleet is corrected, or this is approved with '%s': %s"
        .formatted(taken.size(), known, guard.limit(known), command(), names(taken));
  }

  /** Names applications and the clusters that they leave, in the order of their names. */
  static String names(Map<ApplicationName, Set<ClusterName>> taken) {
    String first =
        new TreeMap<>(taken)
            .entrySet().stream()
                .limit(NAMED)
                .map(
                    entry ->
                        "%s from %s".formatted(entry.getKey(), new TreeSet<>(entry.getValue())))
                .collect(Collectors.joining(", "));
    return taken.size() <= NAMED ? first : first + " and %d more".formatted(taken.size() - NAMED);
  }

  private static String digest(String revision, List<Departure> departures) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update((revision + "\n").getBytes(UTF_8));
      departures.stream()
          .map(departure -> departure + "\n")
          .sorted()
          .forEach(line -> sha.update(line.getBytes(UTF_8)));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

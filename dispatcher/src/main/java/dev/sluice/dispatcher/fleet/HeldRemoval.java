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
import java.util.stream.Stream;

/**
 * Removal of applications, or their addition by ApplicationSets, that waits for an approval.
 *
 * @param digest of the revision, of every application with the clusters that it leaves, and of
 *     every one that is added: what is approved
 * @param taken by application, the clusters that it leaves
 * @param added applications
 * @param reasons which limits are exceeded
 */
record HeldRemoval(
    String revision,
    String digest,
    Map<ApplicationName, Set<ClusterName>> taken,
    Set<ApplicationName> added,
    List<String> reasons) {

  private static final int NAMED = 10;

  /** Applications and clusters, in pairs, that the answer to an approval can name in one record. */
  private static final int MOST_APPROVABLE = 100_000;

  HeldRemoval {
    taken = Map.copyOf(taken);
    added = Set.copyOf(added);
    reasons = List.copyOf(reasons);
  }

  static HeldRemoval of(String revision, RevisionGuard.Exceeded exceeded) {
    Set<ApplicationName> added =
        exceeded.additions().stream()
            .map(accepted -> accepted.definition().application())
            .collect(Collectors.toSet());
    return new HeldRemoval(
        revision,
        digest(revision, exceeded.departures(), added),
        exceeded.departures().stream()
            .collect(
                Collectors.toMap(departure -> departure.old().application(), Departure::clusters)),
        added,
        exceeded.reasons());
  }

  /** Returns the removal as an administrator has approved it. */
  GrantedRemoval approvedBy(FleetApproval approval, long offset) {
    return new GrantedRemoval(approval, digest, revision, taken, added, offset);
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
  String message() {
    String exceeded = String.join(", and ", reasons);
    if (!isApprovable()) {
      return "%s, so nothing is taken away: %s: %s".formatted(exceeded, tooLarge(), names());
    }
    return "%s: nothing %s until the fleet is corrected, or this is approved with '%s': %s"
        .formatted(
            exceeded, added.isEmpty() ? "is taken away" : "of this is done", command(), names());
  }

  /** Names the applications that leave clusters, and those that are added. */
  String names() {
    return Stream.of(taken.isEmpty() ? "" : names(taken), names(added))
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  /** Names applications that are added, in the order of their names; empty for none. */
  static String names(Set<ApplicationName> added) {
    String first =
        new TreeSet<>(added)
            .stream().limit(NAMED).map(ApplicationName::value).collect(Collectors.joining(", "));
    return added.isEmpty()
        ? ""
        : "new "
            + first
            + (added.size() <= NAMED ? "" : " and %d more".formatted(added.size() - NAMED));
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

  private static String digest(
      String revision, List<Departure> departures, Set<ApplicationName> added) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update((revision + "\n").getBytes(UTF_8));
      Stream.concat(
              departures.stream().map(departure -> departure + "\n"),
              added.stream().map(application -> "add " + application + "\n"))
          .sorted()
          .forEach(line -> sha.update(line.getBytes(UTF_8)));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * State of the fleet.
 *
 * @param phases number of applications in each phase, counted in each cluster
 * @param held number of them that are suspended or pinned to a commit
 * @param sync number of applications by {@link ApplicationStatus#sync}, counted in each cluster
 * @param health number of applications by health, counted in each cluster
 * @param deadLetters open entries by code
 * @param behind number of records that the read model has not read yet
 * @param obstacles why the answers may be stale; empty if they are current
 * @param warnings how Kafka's topics fall short of the recommended configuration; only for tokens
 *     without a scope
 * @param parts receivers, dispatchers, workers and APIs; for tokens with a scope only workers of
 *     its clusters
 * @param unreadable followed refs whose remote cannot be read, at most 100
 * @param knownSince the beginning of what is known; absent if everything that was written is known
 */
public record Overview(
    Map<String, Long> phases,
    long held,
    Map<String, Long> sync,
    Map<String, Long> health,
    Map<String, Long> deadLetters,
    List<ClusterView> clusters,
    long behind,
    List<String> obstacles,
    List<String> warnings,
    List<PartView> parts,
    List<UnreadableRef> unreadable,
    Optional<KnownSince> knownSince) {

  /**
   * State of a cluster.
   *
   * @param worker the leader, according to its last hello, or to its last report if no hello is
   *     known any longer
   * @param renderIsolation what isolates that worker's renderers
   * @param held number of applications by what holds them: suspended, pinned, manual, dependsOn,
   *     window, guard or wave
   * @param behind number of applications that do not hold what Git has, or may not
   */
  public record ClusterView(
      String cluster,
      long applications,
      Map<String, Long> phases,
      Optional<String> worker,
      Optional<Instant> helloAt,
      Optional<String> renderIsolation,
      Optional<Instant> lastResultAt,
      Map<String, Long> sync,
      Map<String, Long> health,
      Map<String, Long> held,
      long behind) {}

  /**
   * State of a repository that some application has a source in.
   *
   * @param lastWebhookAt when a webhook last named it; empty if none ever did
   * @param lastSweepAt when a poll of refs last found a move that no webhook had reported
   * @param movedTo the name that its forge gave it when it was renamed or transferred; absent if it
   *     was not, or got its name back
   */
  public record RepositoryView(
      String repository,
      long applications,
      List<RefView> refs,
      Optional<Instant> lastChangeAt,
      Optional<Instant> lastWebhookAt,
      Optional<Instant> lastSweepAt,
      Optional<String> movedTo) {}

  /**
   * State of a ref that applications follow.
   *
   * @param head the commit that was evaluated last
   * @param expected the commit that a webhook reported and Git does not show yet
   * @param readAt when the remote was last read; updated at least every ten minutes
   * @param unreadableSince when the remote became unreadable; absent while it can be read
   * @param unreadableReason what failed, where and what to do
   * @param unreadableCode of the cause
   */
  public record RefView(
      String ref,
      Optional<String> head,
      Optional<String> expected,
      Optional<Instant> pendingSince,
      Optional<Instant> readAt,
      Optional<Instant> unreadableSince,
      Optional<String> unreadableReason,
      Optional<String> unreadableCode) {}

  /** A ref of a repository that applications follow and that cannot be read. */
  public record UnreadableRef(
      String repository, String ref, String code, Instant since, String reason) {}
}

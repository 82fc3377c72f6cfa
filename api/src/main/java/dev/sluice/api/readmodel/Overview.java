package dev.sluice.api.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of the fleet in one look.
 *
 * @param phases how many applications, counted in each cluster, are in each phase
 * @param held how many of them are suspended or restored to a commit
 * @param deadLetters open entries by code
 * @param behind how many records of the topics the read model has not read yet
 * @param obstacles why the answers may be old; empty if they are not
 * @param warnings what is weaker of Kafka's topics than it should be; told to unbound tokens only
 */
public record Overview(
    Map<String, Long> phases,
    long held,
    Map<String, Long> deadLetters,
    List<ClusterView> clusters,
    long behind,
    List<String> obstacles,
    List<String> warnings) {

  /**
   * A cluster.
   *
   * @param worker who leads there, as of the last hello
   * @param renderIsolation what keeps that worker's renderers apart from it
   */
  public record ClusterView(
      String cluster,
      long applications,
      Map<String, Long> phases,
      Optional<String> worker,
      Optional<Instant> helloAt,
      Optional<String> renderIsolation,
      Optional<Instant> lastResultAt) {}

  /**
   * A repository that some application has a source in.
   *
   * @param lastWebhookAt when a webhook named it last; empty if none ever did
   * @param lastSweepAt when the sweep last found a change that no webhook had told
   */
  public record RepositoryView(
      String repository,
      long applications,
      List<RefView> refs,
      Optional<Instant> lastChangeAt,
      Optional<Instant> lastWebhookAt,
      Optional<Instant> lastSweepAt) {}

  /**
   * A ref that is followed.
   *
   * @param head where it was last seen and dispatched
   * @param expected what a webhook told and Git does not show yet
   * @param readAt when the remote was last read, as far as is remembered: refreshed every ten
   *     minutes
   * @param unreadableSince since when the remote cannot be read; absent while it can
   * @param unreadableReason what, where and what to do
   */
  public record RefView(
      String ref,
      Optional<String> head,
      Optional<String> expected,
      Optional<Instant> pendingSince,
      Optional<Instant> readAt,
      Optional<Instant> unreadableSince,
      Optional<String> unreadableReason) {}
}

package dev.sluice.api.http;

import dev.sluice.api.readmodel.Occurrence;
import dev.sluice.api.readmodel.PastGenerations;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Orders that return to the past. Each names what a cluster held or was sent then, since that may
 * differ between clusters.
 */
final class PastOrders {

  private final PastGenerations past;
  private final String key;
  private final List<Order> orders = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();

  /**
   * Creates an empty list.
   *
   * @param key of the request, from which the ids of the commands are derived
   */
  PastOrders(PastGenerations past, String key) {
    this.past = past;
    this.key = key;
  }

  List<Order> orders() {
    return orders;
  }

  /** Returns the selected places that get no command, with the reason. */
  List<String> skipped() {
    return skipped;
  }

  /** Adds orders that restore the commits which the clusters held at a time. */
  void restore(Definition definition, Set<ClusterName> clusters, Instant at) {
    String name = definition.application().value();
    Map<CommitId, Set<ClusterName>> commits = new TreeMap<>(Comparator.comparing(CommitId::value));
    for (ClusterName cluster : clusters) {
      past.heldAt(name, cluster.value(), at)
          .ifPresentOrElse(
              commit ->
                  commits.computeIfAbsent(new CommitId(commit), _ -> new TreeSet<>()).add(cluster),
              () -> skipped.add("%s: nothing of it was in %s at %s".formatted(name, cluster, at)));
    }
    commits.forEach(
        (commit, there) ->
            orders.add(
                new Order(
                    EventId.of("command", key, name, commit),
                    definition,
                    there,
                    new Command.Restore(commit))));
  }

  /** Adds orders that send again, to each cluster, the newest generation of a selection. */
  void resendNewest(Definition definition, Set<ClusterName> clusters, Occurrence occurrence) {
    String name = definition.application().value();
    for (ClusterName cluster : clusters) {
      Optional<PastGenerations.Sent> sent = past.newest(name, cluster.value(), occurrence);
      if (sent.isEmpty()) {
        skipped.add("%s: no generation of the selection was sent to %s".formatted(name, cluster));
      } else if (sent.get().commit().isEmpty()) {
        skipped.add(
            "%s: generation %s removed it from %s, and has no inputs"
                .formatted(name, sent.get().generation(), cluster));
      } else {
        resend(definition, cluster, sent.get().generation(), sent.get().sentAt());
      }
    }
  }

  /** Adds an order that sends a generation again, whether the read model knows it or not. */
  void resend(Definition definition, ClusterName cluster, Generation generation) {
    resend(
        definition,
        cluster,
        generation,
        past.find(definition.application().value(), cluster.value(), generation)
            .flatMap(PastGenerations.Sent::sentAt));
  }

  private void resend(
      Definition definition, ClusterName cluster, Generation generation, Optional<Instant> sentAt) {
    orders.add(
        new Order(
            // without the generation: a repeated request may find a newer one, and is the same
            // command
            EventId.of("command", key, definition.application(), cluster),
            definition,
            Set.of(cluster),
            new Command.Resend(generation, sentAt)));
  }
}

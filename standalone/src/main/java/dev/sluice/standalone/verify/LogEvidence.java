package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Events of all topics, each topic in its order.
 *
 * @param states latest state record of each key
 */
record LogEvidence(
    List<Envelope<ChangeEvent>> changes,
    List<StateRecord> states,
    List<Envelope<SyncEvent>> syncs,
    List<Envelope<ResultEvent>> results,
    List<Envelope<DeadLetterEvent>> deadLetters) {

  static LogEvidence read(KafkaConnection connection, Collection<ClusterName> clusters) {
    TopicReader reader = new TopicReader(connection);
    Map<String, StateRecord> states = new LinkedHashMap<>();
    reader
        .events(connection.topics().state(), StateRecord.class)
        .forEach(state -> states.put(state.event().key(), state.event()));
    List<Envelope<SyncEvent>> syncs = new ArrayList<>();
    clusters.forEach(
        cluster -> syncs.addAll(reader.events(connection.topics().sync(cluster), SyncEvent.class)));
    return new LogEvidence(
        reader.events(connection.topics().changes(), ChangeEvent.class),
        List.copyOf(states.values()),
        List.copyOf(syncs),
        reader.events(connection.topics().results(), ResultEvent.class).stream()
            .filter(result -> concerns(result.event(), clusters))
            .toList(),
        reader.events(connection.topics().deadLetters(), DeadLetterEvent.class));
  }

  /** Returns whether a result can be compared with the targets of these clusters. */
  static boolean concerns(ResultEvent result, Collection<ClusterName> clusters) {
    return !(result instanceof ResultEvent.OfTarget ofTarget)
        || clusters.contains(ofTarget.subject().cluster());
  }

  /** Returns the desired state: the latest sync record of each application in each cluster. */
  Map<Lane, SyncEvent> desired() {
    Map<Lane, SyncEvent> latest = new LinkedHashMap<>();
    syncs.forEach(sync -> latest.put(Lane.of(sync.event()), sync.event()));
    return latest;
  }

  /**
   * Returns the lanes with an open dead letter of a target. That of refused sources parks none: the
   * last target stays in force.
   */
  Set<Lane> parked() {
    Map<DeadLetterId, Lane> open = new HashMap<>();
    for (Envelope<DeadLetterEvent> envelope : deadLetters) {
      switch (envelope.event()) {
        case DeadLetterEvent.Opened opened ->
            opened
                .subject()
                .filter(subject -> !isOfSources(opened, subject))
                .ifPresent(subject -> open.put(opened.entry(), Lane.of(subject)));
        case DeadLetterEvent.Retried _ -> {}
        case DeadLetterEvent.Closed closed -> open.remove(closed.entry());
      }
    }
    return Set.copyOf(open.values());
  }

  /**
   * Returns whether sources were refused.
   *
   * @param last the target that was sent before
   */
  static boolean isOfSources(DeadLetterEvent.Opened opened, Subject last) {
    return opened.entry().equals(DeadLetterId.ofSources(last.cluster(), last.application()));
  }

  /** An application in a cluster, whose generations are applied in order. */
  record Lane(ClusterName cluster, ApplicationName application) {

    static Lane of(SyncEvent event) {
      return new Lane(event.cluster(), event.application());
    }

    static Lane of(Subject subject) {
      return new Lane(subject.cluster(), subject.application());
    }

    @Override
    public String toString() {
      return cluster + "/" + application;
    }
  }
}

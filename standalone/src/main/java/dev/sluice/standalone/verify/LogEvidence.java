package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Events of all topics about some clusters, each topic in its order.
 *
 * @param states latest state record of each key
 * @param clusters the clusters that are checked
 */
record LogEvidence(
    List<Envelope<ChangeEvent>> changes,
    List<StateRecord> states,
    List<Envelope<SyncEvent>> syncs,
    List<Envelope<ResultEvent>> results,
    List<Envelope<DeadLetterEvent>> deadLetters,
    Set<ClusterName> clusters) {

  /** In the name of a cluster's topic, before the cluster. */
  private static final String SYNC = ".sync.";

  static LogEvidence read(KafkaConnection connection, Collection<ClusterName> clusters) {
    TopicReader reader = new TopicReader(connection);
    Map<String, StateRecord> states = new LinkedHashMap<>();
    reader
        .events(connection.topics().state(), StateRecord.class)
        .forEach(state -> states.put(state.event().key(), state.event()));
    List<Envelope<SyncEvent>> syncs = new ArrayList<>();
    clusters.forEach(cluster -> syncs.addAll(syncs(reader, connection.topics().sync(cluster))));
    return new LogEvidence(
            reader.events(connection.topics().changes(), ChangeEvent.class),
            List.copyOf(states.values()),
            List.copyOf(syncs),
            reader.events(connection.topics().results(), ResultEvent.class),
            reader.events(connection.topics().deadLetters(), DeadLetterEvent.class),
            Set.copyOf(clusters))
        .ofClusters();
  }

  /**
   * Returns the events of a cluster's topic. Targets that a later event replaces have no files,
   * since only the latest are rendered and a large application may have many.
   */
  private static List<Envelope<SyncEvent>> syncs(TopicReader reader, String topic) {
    List<Envelope<SyncEvent>> syncs = new ArrayList<>();
    Map<ApplicationName, Integer> latest = new HashMap<>();
    reader.events(
        topic,
        SyncEvent.class,
        sync -> {
          Integer replaced = latest.put(sync.event().application(), syncs.size());
          if (replaced != null) {
            syncs.set(replaced, withoutFiles(syncs.get(replaced)));
          }
          syncs.add(sync);
        });
    return syncs;
  }

  private static Envelope<SyncEvent> withoutFiles(Envelope<SyncEvent> sync) {
    return switch (sync.event()) {
      case SyncEvent.Removal _ -> sync;
      case SyncEvent.Target target ->
          new Envelope<>(
              sync.id(), sync.source(), sync.time(), sync.trace(), target.withoutFiles());
    };
  }

  /** Returns the evidence without what is only about other clusters. */
  LogEvidence ofClusters() {
    Set<String> elsewhere = new HashSet<>();
    Set<String> here = new HashSet<>();
    for (StateRecord state : states) {
      if (state instanceof ApplicationState application) {
        refs(application).forEach((isElsewhere(application) ? elsewhere : here)::add);
      }
    }
    elsewhere.removeAll(here);
    return new LogEvidence(
        changes,
        states.stream()
            .filter(
                state ->
                    switch (state) {
                      case RefState ref -> !elsewhere.contains(ref.key());
                      case ApplicationState application -> !isElsewhere(application);
                      case RepositoryState _, DependencyState _ -> true;
                    })
            .toList(),
        syncs.stream().filter(sync -> clusters.contains(sync.event().cluster())).toList(),
        results.stream().filter(result -> isHere(result.event())).toList(),
        deadLetters.stream().filter(letter -> isHere(letter.event())).toList(),
        clusters);
  }

  private static Stream<String> refs(ApplicationState application) {
    return application.definition().stream()
        .flatMap(definition -> definition.sources().stream())
        .map(source -> RefState.keyOf(source.repository(), source.ref()));
  }

  /** Whether an application goes to other clusters only. */
  private boolean isElsewhere(ApplicationState application) {
    Set<ClusterName> all = new HashSet<>(application.dispatched().keySet());
    application
        .definition()
        .ifPresent(definition -> definition.clusters().forEach(one -> all.add(one.name())));
    return !all.isEmpty() && Collections.disjoint(all, clusters);
  }

  private boolean isHere(ResultEvent result) {
    return !(result instanceof ResultEvent.OfTarget ofTarget)
        || clusters.contains(ofTarget.subject().cluster());
  }

  /**
   * Whether a dead letter is about one of the clusters or about none. Its key is {@code
   * CLUSTER/APPLICATION}, or the position of a record that could not be read.
   */
  private boolean isHere(DeadLetterEvent letter) {
    String[] parts = letter.key().split("/", -1);
    return parts.length == 2
        ? clusters.stream().anyMatch(cluster -> cluster.value().equals(parts[0]))
        : !parts[0].contains(SYNC)
            || clusters.stream().anyMatch(cluster -> parts[0].endsWith(SYNC + cluster));
  }

  /** Returns the desired state: the latest sync record of each application in each cluster. */
  Map<Lane, SyncEvent> desired() {
    Map<Lane, SyncEvent> latest = new LinkedHashMap<>();
    syncs.forEach(sync -> latest.put(Lane.of(sync.event()), sync.event()));
    return latest;
  }

  /** Returns what the results show of each application in each cluster. */
  Map<Lane, ShownState> shown() {
    return ShownState.of(results);
  }

  /**
   * Returns the lanes with an open dead letter of a target. That of refused sources parks none: the
   * last target stays in force.
   */
  Set<Lane> parked() {
    Map<DeadLetterId, Lane> known = new HashMap<>();
    Map<DeadLetterId, Lane> open = new HashMap<>();
    for (Envelope<DeadLetterEvent> envelope : deadLetters) {
      switch (envelope.event()) {
        case DeadLetterEvent.Opened opened ->
            opened
                .subject()
                .filter(subject -> !isOfSources(opened, subject))
                .ifPresent(
                    subject -> {
                      known.put(opened.entry(), Lane.of(subject));
                      open.put(opened.entry(), Lane.of(subject));
                    });
        case DeadLetterEvent.Retried retried ->
            Optional.ofNullable(known.get(retried.entry()))
                .ifPresent(lane -> open.put(retried.entry(), lane));
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

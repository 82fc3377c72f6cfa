package dev.sluice.standalone.verify;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Events of all topics, each topic in its order.
 *
 * @param states latest state record of each key
 */
record LogEvidence(
    List<Received<ChangeEvent>> changes,
    List<StateRecord> states,
    List<Received<SyncEvent>> syncs,
    List<Received<ResultEvent>> results,
    List<Received<DeadLetterEvent>> deadLetters) {

  static LogEvidence read(KafkaConnection connection, Collection<ClusterName> clusters) {
    TopicReader reader = new TopicReader(connection);
    Map<String, StateRecord> states = new LinkedHashMap<>();
    reader
        .read(connection.topics().state(), StateRecord.class)
        .forEach(state -> states.put(state.event().key(), state.event()));
    List<Received<SyncEvent>> syncs = new ArrayList<>();
    clusters.forEach(
        cluster -> syncs.addAll(reader.read(connection.topics().sync(cluster), SyncEvent.class)));
    return new LogEvidence(
        reader.read(connection.topics().changes(), ChangeEvent.class),
        List.copyOf(states.values()),
        List.copyOf(syncs),
        reader.read(connection.topics().results(), ResultEvent.class),
        reader.read(connection.topics().deadLetters(), DeadLetterEvent.class));
  }

  /** Returns the desired state: the latest sync record of each application in each cluster. */
  Map<Lane, SyncEvent> desired() {
    Map<Lane, SyncEvent> latest = new LinkedHashMap<>();
    syncs.forEach(sync -> latest.put(Lane.of(sync.event()), sync.event()));
    return latest;
  }
}

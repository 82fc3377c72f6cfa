package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.partition.PartitionLoop;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.kafka.WrittenEnds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Definitions that the partitions have, or will have once they have handled all sent events. */
final class KnownDefinitions {

  private final Map<ApplicationName, Definition> definitions = new HashMap<>();
  private final Map<ApplicationName, RepositoryId> retired = new HashMap<>();
  private final Map<ApplicationName, FleetDocuments> documents = new HashMap<>();
  private FleetDocuments last = FleetDocuments.NONE;
  private final Map<RepositoryId, Set<RepositoryId>> readers = new HashMap<>();
  private final Map<ApplicationName, Map<ClusterName, Sent>> sent = new HashMap<>();

  /** Newest record that was sent to a cluster. */
  private record Sent(Generation generation, boolean target) {}

  /** Reads the partitions' state and the events that they have not handled yet. */
  static KnownDefinitions read(KafkaConnection connection) {
    KnownDefinitions known = new KnownDefinitions();
    Map<String, Object> properties = new HashMap<>(connection.reader("fleet-intake"));
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, PartitionLoop.group(connection));
    try (UngroupedConsumer consumer = new UngroupedConsumer(properties)) {
      List<TopicPartition> changes = TopicPartitions.of(consumer, connection.topics().changes());
      // before the state: an event that is finished later than this is read twice, in order
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(new HashSet<>(changes));
      consumer.assign(
          TopicPartitions.of(consumer, connection.topics().state()), _ -> Optional.empty());
      consumer.readToEnd(known::replay);
      consumer.assign(
          changes,
          partition ->
              Optional.ofNullable(committed.get(partition)).map(OffsetAndMetadata::offset));
      // what the previous leader sent may follow a running transaction of a partition
      consumer.readTo(WrittenEnds.of(connection, changes), known::replay);
    }
    return known;
  }

  IntakePlan.Known snapshot() {
    Map<ApplicationName, Set<ClusterName>> targets = new HashMap<>();
    sent.forEach(
        (application, clusters) ->
            targets.put(
                application,
                clusters.entrySet().stream()
                    .filter(entry -> entry.getValue().target())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toUnmodifiableSet())));
    return new IntakePlan.Known(definitions, retired, readers, targets);
  }

  /** Returns the clusters that applications go to. */
  Set<ClusterName> clusters() {
    return definitions.values().stream()
        .flatMap(definition -> definition.clusters().stream())
        .map(ClusterTarget::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns by application the FleetInclude that it belongs to. */
  Map<ApplicationName, String> includes() {
    Map<ApplicationName, String> includes = new HashMap<>();
    definitions.forEach(
        (application, definition) ->
            definition.includedBy().ifPresent(include -> includes.put(application, include)));
    return includes;
  }

  /** Returns descriptions of what events of a reading change. */
  DefinitionChanges changes(FleetReading reading) {
    return new DefinitionChanges(definitions, documents, last.sets(), reading.documents());
  }

  /** Keeps the documents of the definitions that are in force as this reading has them. */
  void accepted(FleetReading reading) {
    for (Definition read : reading.definitions()) {
      Definition known = definitions.get(read.application());
      if (known != null && read.withOwner(known.owningRepository()).equals(known)) {
        documents.put(read.application(), reading.documents());
      }
    }
    documents.keySet().retainAll(definitions.keySet());
    last = reading.documents();
  }

  private void replay(ConsumerRecord<String, byte[]> record) {
    if (EventCodec.decode(record) instanceof Decoded.Known known) {
      replay(known.envelope().event());
    }
  }

  void replay(Event event) {
    switch (event) {
      case StateRecord.RepositoryState state -> readers.put(state.repository(), state.readers());
      case ChangeEvent.ReadersAccepted accepted ->
          readers.put(accepted.repository(), accepted.readers());
      case ResultEvent.Dispatched dispatched ->
          sent(
              dispatched.subject().application(),
              dispatched.subject().cluster(),
              new Sent(dispatched.subject().generation(), dispatched.inputDigest().isPresent()));
      case ApplicationState state -> {
        state
            .dispatched()
            .forEach(
                (cluster, last) ->
                    sent(
                        state.application(),
                        cluster,
                        new Sent(last.generation(), last.inputDigest().isPresent())));
        state
            .definition()
            .ifPresentOrElse(
                definition -> definitions.put(state.application(), definition),
                () -> {
                  definitions.remove(state.application());
                  state.retiredOwner().ifPresent(owner -> retired.put(state.application(), owner));
                });
      }
      case ChangeEvent.DefinitionAccepted accepted ->
          definitions.put(accepted.definition().application(), accepted.definition());
      case ChangeEvent.DefinitionRemoved removed -> {
        definitions.remove(removed.application());
        retired.put(removed.application(), removed.repository());
      }
      default -> {}
    }
  }

  private void sent(ApplicationName application, ClusterName cluster, Sent newer) {
    sent.computeIfAbsent(application, _ -> new HashMap<>())
        .merge(
            cluster,
            newer,
            (known, other) -> known.generation().isAfter(other.generation()) ? known : other);
  }
}

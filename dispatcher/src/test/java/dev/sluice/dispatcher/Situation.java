package dev.sluice.dispatcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.Origin.Webhook;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.RemovalGuard;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.MirrorLimits;
import dev.sluice.inputs.git.Origin;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.platform.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.core.ConditionFactory;

/** Fleet of one repository and two clusters, with its topics and dispatchers. */
final class Situation implements AutoCloseable {

  static final GitRef MAIN = GitRef.branch("main");
  static final ClusterName STAGING = new ClusterName("staging");
  static final ClusterName PRODUCTION = new ClusterName("production");
  static final RetryTiming TIMING =
      new RetryTiming(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ZERO);

  static final int PARTITIONS = 2;

  final KafkaConnection connection = KafkaFixture.connect();
  final Path directory;
  final Origin origin;
  final RepositoryId repository;
  private final Path fleet;
  private final KafkaProducer<String, byte[]> producer;
  private final List<Dispatcher> dispatchers = new ArrayList<>();
  private final AtomicInteger deliveries = new AtomicInteger();
  private final Map<String, Origin.Content> files = new TreeMap<>();
  private Optional<CommitId> head = Optional.empty();

  Situation(Path directory) throws IOException {
    this.directory = directory;
    this.fleet = Files.createDirectories(directory.resolve("fleet"));
    this.origin = new Origin(directory.resolve("shop.git"));
    this.repository = RepositoryId.fromUrl(origin.url());
    this.producer = new KafkaProducer<>(connection.producer("test"));
    base("env: staging", "env: production");
  }

  /** Writes the repository and the clusters with these labels. */
  void base(String staging, String production) throws IOException {
    document(
        "base",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: shop}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging, labels: {%s}}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: production, labels: {%s}}
        """
            .formatted(origin.url(), staging, production));
  }

  void document(String name, String text) throws IOException {
    Files.writeString(fleet.resolve(name + ".yaml"), text);
  }

  void application(String name, String clusters) throws IOException {
    document(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, path: apps/%s}
          clusters: {names: [%s]}
          namespace: %s
        """
            .formatted(name, name, clusters, name));
  }

  void removeDocument(String name) throws IOException {
    Files.delete(fleet.resolve(name + ".yaml"));
  }

  /** Writes a config map into an application's directory, for the next commit. */
  Situation put(String application, String value) {
    return file(
        "apps/" + application + "/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {value: %s}\n"
            .formatted(application, value));
  }

  Situation file(String path, String text) {
    files.put(path, Origin.Content.file(text));
    return this;
  }

  /** Pins a submodule to a commit. */
  Situation submodule(String path, CommitId commit) {
    files.put(path, Origin.Content.submodule(commit.value()));
    return this;
  }

  Situation delete(String path) {
    files.remove(path);
    return this;
  }

  /** Commits without moving the branch. */
  CommitId commit() throws IOException {
    CommitId[] parents = head.stream().toArray(CommitId[]::new);
    CommitId commit = origin.commit(files, parents);
    head = Optional.of(commit);
    return commit;
  }

  /** Commits and moves the branch without a webhook. */
  CommitId push() throws IOException {
    CommitId commit = commit();
    origin.set(MAIN, commit);
    return commit;
  }

  CommitId pushAndNotify() throws IOException {
    CommitId commit = push();
    deliver(Optional.of(commit));
    return commit;
  }

  EventId deliver(Optional<CommitId> after) {
    return deliver(repository, after);
  }

  EventId deliver(RepositoryId named, Optional<CommitId> after) {
    return deliver(
        origin -> new ChangeEvent.RefChanged(named, MAIN, Optional.empty(), after, origin));
  }

  EventId deliver(Function<Webhook, ChangeEvent> create) {
    EventId id = EventId.of("webhook", "hub", "delivery-" + deliveries.incrementAndGet(), 0);
    ChangeEvent event =
        create.apply(new Webhook("hub", id.value(), Optional.of("octocat"), Instant.now()));
    send(
        EventCodec.encode(
            connection.topics().changes(),
            new Envelope<>(id, "receiver/hub", Instant.now(), TraceParent.start(), event)));
    return id;
  }

  /** Publishes an operator's command. */
  EventId command(String application, Set<ClusterName> clusters, Command command) {
    return again(
        EventId.of("command", deliveries.incrementAndGet()), application, clusters, command);
  }

  /** Publishes an operator's command under a given id. */
  EventId again(EventId id, String application, Set<ClusterName> clusters, Command command) {
    ChangeEvent event =
        new CommandEvent.Given(
            repository, new ApplicationName(application), clusters, command, "cat", "a reason");
    send(
        EventCodec.encode(
            connection.topics().changes(),
            new Envelope<>(id, "api", Instant.now(), TraceParent.start(), event)));
    return id;
  }

  /** Publishes an approval of a fleet removal. */
  EventId approve(String digest) {
    return approve(EventId.of("command", "cat/" + deliveries.incrementAndGet(), "fleet"), digest);
  }

  /** Publishes an approval of a fleet removal under a given id. */
  EventId approve(EventId id, String digest) {
    send(
        EventCodec.encode(
            connection.topics().changes(),
            new Envelope<>(
                id,
                "api",
                Instant.now(),
                TraceParent.start(),
                new FleetApprovalEvent.Given(digest, "cat", "a reason"))));
    return id;
  }

  /** Returns the answers to approvals of fleet removals. */
  List<FleetApprovalEvent.Answered> approvalAnswers() {
    return events(connection.topics().changes(), FleetApprovalEvent.Answered.class);
  }

  void send(ProducerRecord<String, byte[]> record) {
    try {
      producer.send(record).get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Changes a partition's state of an application while the dispatcher is stopped. */
  void damage(String application, UnaryOperator<ApplicationState> change) {
    String key = ApplicationState.keyOf(new ApplicationName(application));
    String topic = connection.topics().state();
    Map<Integer, ApplicationState> latest = new HashMap<>();
    for (ConsumerRecord<String, byte[]> record : records(topic)) {
      if (EventCodec.decode(record) instanceof Decoded.Known known
          && known.envelope().event() instanceof ApplicationState state
          && state.key().equals(key)) {
        latest.put(record.partition(), state);
      }
    }
    latest.forEach(
        (partition, state) ->
            send(
                EventCodec.encode(
                    topic,
                    partition,
                    new Envelope<>(
                        EventId.of("damage", key),
                        "test",
                        Instant.now(),
                        TraceParent.start(),
                        change.apply(state)))));
  }

  /** Returns the partition that events about a repository belong to. */
  static int partition(RepositoryId of) {
    return Utils.toPositive(Utils.murmur2(of.key().getBytes(UTF_8))) % PARTITIONS;
  }

  DispatcherConfig config(String mirrors) {
    return config(mirrors, PARTITIONS, TIMING);
  }

  DispatcherConfig onePartition(RetryTiming timing) {
    return config("mirrors", 1, timing);
  }

  DispatcherConfig config(String mirrors, int partitions, RetryTiming timing) {
    return config(FleetConfig.of(fleet), mirrors, partitions, timing);
  }

  DispatcherConfig config(FleetConfig located, String mirrors, int partitions, RetryTiming timing) {
    return new DispatcherConfig(
        located,
        directory.resolve(mirrors),
        MirrorLimits.DEFAULT,
        partitions,
        Replication.AUTOMATIC,
        timing,
        RemovalGuard.DEFAULT,
        Optional.empty(),
        Optional.of(0),
        Optional.empty());
  }

  /** Fences the only partition by taking its transactional id. */
  KafkaProducer<String, byte[]> fence() {
    KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.transactionalProducer("home-0"));
    producer.initTransactions();
    return producer;
  }

  Dispatcher start() {
    return start(config("mirrors"), DispatchListener.NONE);
  }

  Dispatcher start(DispatcherConfig config, DispatchListener listener) {
    return start(config, Clock.systemUTC(), listener);
  }

  Dispatcher start(DispatcherConfig config, Clock clock, DispatchListener listener) {
    Dispatcher dispatcher =
        Dispatcher.start(config, connection, clock, listener, Telemetry.untraced());
    dispatchers.add(dispatcher);
    patiently().until(dispatcher::isReady);
    return dispatcher;
  }

  List<SuspensionEvent> suspensions(ClusterName cluster) {
    return events(connection.topics().sync(cluster), SuspensionEvent.class);
  }

  /** Returns the sync events that a worker of the cluster would read. */
  List<SyncEvent> sync(ClusterName cluster) {
    return events(connection.topics().sync(cluster), SyncEvent.class);
  }

  List<DeadLetterEvent> deadLetters() {
    return events(connection.topics().deadLetters(), DeadLetterEvent.class);
  }

  List<ResultEvent> results() {
    return events(connection.topics().results(), ResultEvent.class);
  }

  List<ChangeEvent> changes() {
    return events(connection.topics().changes(), ChangeEvent.class);
  }

  List<StateRecord> state() {
    return events(connection.topics().state(), StateRecord.class);
  }

  List<SyncEvent> awaitSync(ClusterName cluster, int atLeast) {
    return patiently().until(() -> sync(cluster), events -> events.size() >= atLeast);
  }

  /** Waits until all published events are finished and their results are readable. */
  void awaitQuiet() {
    patiently().until(() -> lag() == 0 && !isAnythingPending());
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
  }

  private boolean isAnythingPending() {
    Map<String, StateRecord> latest = new HashMap<>();
    state().forEach(record -> latest.put(record.key(), record));
    return latest.values().stream()
        .anyMatch(
            record -> record instanceof StateRecord.RefState ref && ref.pending().isPresent());
  }

  private long lag() {
    Map<String, Object> properties = new HashMap<>(connection.reader("lag"));
    properties.put("group.id", connection.topics().prefix() + "-dispatcher");
    try (UngroupedConsumer consumer = new UngroupedConsumer(properties)) {
      List<TopicPartition> partitions = TopicPartitions.of(consumer, connection.topics().changes());
      var committed = consumer.committed(Set.copyOf(partitions));
      consumer.assign(
          partitions,
          partition ->
              Optional.ofNullable(committed.get(partition)).map(OffsetAndMetadata::offset));
      // not a difference of offsets: control records of transactions need no handling
      AtomicLong lag = new AtomicLong();
      consumer.readToEnd(_ -> lag.incrementAndGet());
      return lag.get();
    }
  }

  private <E extends Event> List<E> events(String topic, Class<E> type) {
    List<E> events = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records(topic)) {
      if (EventCodec.decode(record) instanceof Decoded.Known known
          && type.isInstance(known.envelope().event())) {
        events.add(type.cast(known.envelope().event()));
      }
    }
    return events;
  }

  /** Returns all records of a topic. */
  List<ConsumerRecord<String, byte[]>> records(String topic) {
    return new TopicReader(connection).records(topic);
  }

  /** Returns the records as lines: {@code application generation value}. */
  static List<String> lines(List<SyncEvent> events) {
    return events.stream().map(Situation::line).collect(Collectors.toList());
  }

  private static String line(SyncEvent event) {
    String what =
        switch (event) {
          case SyncEvent.Removal removal -> removal.orphan() ? "orphan" : "removal";
          case SyncEvent.Target target ->
              new String(EventCodec.value(target), UTF_8).replaceAll("(?s).*value: (\\w+).*", "$1");
        };
    return event.application() + " " + event.generation() + " " + what;
  }

  @Override
  public void close() {
    dispatchers.forEach(Dispatcher::close);
    producer.close();
    origin.close();
  }
}

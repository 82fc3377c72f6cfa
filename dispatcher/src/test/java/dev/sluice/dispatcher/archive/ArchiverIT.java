package dev.sluice.dispatcher.archive;

import static dev.sluice.dispatcher.archive.SampleTarget.EAST;
import static dev.sluice.dispatcher.archive.SampleTarget.WEB;
import static dev.sluice.dispatcher.archive.SampleTarget.WEST;
import static dev.sluice.dispatcher.archive.SampleTarget.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.platform.telemetry.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archivers that read the topics of a real broker. */
class ArchiverIT {

  /** New topics are found soon, and members that end are not waited for. */
  private static final Map<String, Object> QUICK =
      Map.of(
          ConsumerConfig.METADATA_MAX_AGE_CONFIG, 200, ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, 20);

  @TempDir private Path directory;
  private final KafkaConnection connection = KafkaFixture.connect();
  private final List<Archiver> archivers = new ArrayList<>();
  private final Metrics metrics = new Metrics();
  private Admin admin;
  private KafkaProducer<String, byte[]> producer;
  private FaultyStore store;
  private TargetArchive archive;

  @BeforeEach
  void open() {
    admin = Admin.create(connection.admin());
    producer = new KafkaProducer<>(connection.producer("test"));
    store = new FaultyStore(new DirectoryStore(directory, Clock.systemUTC()));
    archive = new TargetArchive(store, connection.topics());
    provision(EAST);
    provision(WEST);
  }

  @AfterEach
  void close() {
    archivers.forEach(Archiver::close);
    producer.close();
    admin.close();
  }

  @Test
  void theTargetsOfAllClustersAreArchivedBeforeTheOffsetsAreCommitted() throws Exception {
    sendTargets(EAST, 1, 20);
    sendTargets(WEST, 1, 20);
    Archiver archiver = start();
    awaitArchived(EAST, 20);
    awaitArchived(WEST, 20);
    patiently().until(() -> committed(EAST) == 20 && committed(WEST) == 20);

    // a cluster that joins later
    ClusterName north = new ClusterName("north");
    provision(north);
    sendTargets(north, 1, 1);
    awaitArchived(north, 1);

    assertThat(archiver.findings()).isEmpty();
    assertThat(metrics.text())
        .contains(
            "sluice_archive_targets_total{cluster=\"east\"} 20.0",
            "sluice_archive_targets_total{cluster=\"north\"} 1.0",
            "sluice_archive_lag{cluster=\"east\"} 0.0");
  }

  @Test
  void recordsWithoutATargetArePassedOverAndDamagedOnesCounted() {
    send(EAST, new SuspensionEvent(WEB, EAST, true, "cat", "it broke"));
    send(
        EAST,
        new SyncEvent.Removal(
            WEB, EAST, Generation.FIRST, false, SampleTarget.of(EAST, 1, "one").provenance()));
    send(new ProducerRecord<>(topic(EAST), "web", utf8("no headers")));
    sendRaw(EAST, "dev.sluice.target.v1", "{\"application\":\"web\"");
    sendRaw(EAST, "dev.sluice.target.v1", "{\"cluster\":\"../../east\"}");
    sendRaw(EAST, "dev.sluice.from-the-future.v1", "{}");
    send(EAST, SampleTarget.of(WEST, 5, "of another cluster"));
    sendTargets(EAST, 3, 3);

    start();

    awaitArchived(EAST, 3);
    assertThat(archive.read(EAST, WEB, Generation.FIRST)).isEmpty();
    assertThat(archive.read(WEST, WEB, new Generation(5))).isEmpty();
    assertThat(metrics.text())
        .contains(
            "sluice_archive_skipped_total{cluster=\"east\",reason=\"damaged\"} 3.0",
            "sluice_archive_skipped_total{cluster=\"east\",reason=\"unknown-type\"} 1.0",
            "sluice_archive_skipped_total{cluster=\"east\",reason=\"other-cluster\"} 1.0");
  }

  @Test
  void aTargetWhoseTransactionWasAbortedIsNotArchived() {
    try (KafkaProducer<String, byte[]> transactions =
        new KafkaProducer<>(connection.transactionalProducer("test"))) {
      transactions.initTransactions();
      transactions.beginTransaction();
      var unused = transactions.send(record(EAST, SampleTarget.of(EAST, 1, "aborted")));
      transactions.flush();
      transactions.abortTransaction();
      transactions.beginTransaction();
      unused = transactions.send(record(EAST, target(EAST, 2)));
      transactions.commitTransaction();
    }

    start();

    awaitArchived(EAST, 2);
    assertThat(archive.read(EAST, WEB, Generation.FIRST)).isEmpty();
    patiently().until(() -> metrics.text().contains("sluice_archive_lag{cluster=\"east\"} 0.0"));
  }

  @Test
  void aClusterThatCannotBeArchivedIsRetriedAndStopsNoOther() throws Exception {
    store.breakFor(key -> key.contains("/east/") && key.contains("/3.json"));
    sendTargets(EAST, 1, 5);
    Archiver archiver = start();
    awaitArchived(EAST, 2);
    patiently().until(() -> committed(EAST) == 2);
    patiently().until(() -> !archiver.findings().isEmpty());
    sendTargets(WEST, 1, 5);
    awaitArchived(WEST, 5);

    Finding finding = archiver.findings().getFirst();
    assertThat(finding.code()).isEqualTo(PartFailure.TARGETS_UNARCHIVED);
    assertThat(finding.message()).contains("targets are not archived: the disk is full (since");
    assertThat(committed(EAST)).isEqualTo(2);
    assertThat(archive.read(EAST, WEB, new Generation(4))).isEmpty();
    assertThat(metrics.text())
        .contains("sluice_archive_lag{cluster=\"east\"} 3.0")
        .containsPattern("sluice_archive_failures_total\\{cluster=\"east\"} [1-9]");

    store.breakFor(_ -> false);

    awaitArchived(EAST, 5);
    patiently().until(() -> archiver.findings().isEmpty());
  }

  @Test
  void aTopicThatMayNotBeReadStopsNoOther() {
    KafkaFixture.deny(topic(EAST), AclOperation.READ);
    try {
      sendTargets(EAST, 1, 1);
      Archiver archiver = start();
      sendTargets(WEST, 1, 1);
      awaitArchived(WEST, 1);
      patiently().until(() -> !archiver.findings().isEmpty());
      sendTargets(WEST, 2, 2);
      awaitArchived(WEST, 2);

      assertThat(archiver.findings().getFirst().message()).contains(topic(EAST));
    } finally {
      KafkaFixture.allow(topic(EAST));
    }
    awaitArchived(EAST, 1);
  }

  @Test
  void severalArchiversShareTheTopics() {
    Metrics other = new Metrics();
    start();
    start(archive, other);
    for (int generation = 1; generation <= 30; generation++) {
      sendTargets(EAST, generation, generation);
      sendTargets(WEST, generation, generation);
    }
    awaitArchived(EAST, 30);
    awaitArchived(WEST, 30);

    patiently().until(() -> clusters(metrics).size() == 1 && clusters(other).size() == 1);
    assertThat(clusters(metrics)).doesNotContainAnyElementsOf(clusters(other));
  }

  @Test
  void aTopicThatWasRecreatedIsArchivedFromItsBeginning() throws Exception {
    sendTargets(EAST, 1, 3);
    start();
    patiently().until(() -> committed(EAST) == 3);
    closeAll();

    admin.deleteTopics(List.of(topic(EAST))).all().get();
    patiently().until(() -> !admin.listTopics().names().get().contains(topic(EAST)));
    provision(EAST);
    sendTargets(EAST, 10, 19);
    start();

    for (int generation = 10; generation <= 19; generation++) {
      awaitArchived(EAST, generation);
    }
  }

  @Test
  void everyGenerationIsArchivedThoughTheArchiverIsKilledAgainAndAgain() throws Exception {
    int last = 400;
    sendTargets(EAST, 1, last / 2);
    sendTargets(WEST, 1, last / 2);
    for (int kills = 0; kills < 4; kills++) {
      long before = manifests();
      Process process = startProcess();
      patiently().until(() -> manifests() > before + 20);
      process.destroyForcibly().waitFor();
    }
    sendTargets(EAST, last / 2 + 1, last);
    sendTargets(WEST, last / 2 + 1, last);
    Process process = startProcess();
    patiently().until(() -> committed(EAST) == last && committed(WEST) == last);
    process.destroyForcibly().waitFor();
    deleteRecords(EAST);
    deleteRecords(WEST);

    for (ClusterName cluster : List.of(EAST, WEST)) {
      assertThat(LongStream.rangeClosed(1, last).filter(each -> !isArchived(cluster, each)))
          .isEmpty();
    }
    assertThat(manifests()).isEqualTo(2L * last);
  }

  private Archiver start() {
    return start(archive, metrics);
  }

  private Archiver start(TargetArchive to, Metrics counted) {
    Archiver archiver = new Archiver(to, connection, QUICK, Clock.systemUTC(), counted);
    archivers.add(archiver);
    archiver.start();
    return archiver;
  }

  private void closeAll() {
    archivers.forEach(Archiver::close);
    archivers.clear();
  }

  private Process startProcess() throws IOException {
    return ChildProcess.start(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ArchiverProcess.class.getName(),
                connection.bootstrapServers(),
                connection.topics().prefix(),
                directory.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  private void provision(ClusterName cluster) {
    new TopicProvisioner(admin, connection.topics()).provision(cluster);
  }

  private void sendTargets(ClusterName cluster, int first, int last) {
    for (int generation = first; generation <= last; generation++) {
      send(cluster, target(cluster, generation));
    }
    producer.flush();
  }

  private static SyncEvent.Target target(ClusterName cluster, long generation) {
    return SampleTarget.of(cluster, generation, "of generation " + generation);
  }

  private void send(ClusterName cluster, Event event) {
    send(record(cluster, event));
  }

  private void send(ProducerRecord<String, byte[]> record) {
    var unused = producer.send(record); // flushed, or read back, by the tests
  }

  private ProducerRecord<String, byte[]> record(ClusterName cluster, Event event) {
    return EventCodec.encode(
        topic(cluster),
        new Envelope<>(
            EventId.of("test", event.key()), "test", Instant.now(), TraceParent.start(), event));
  }

  private void sendRaw(ClusterName cluster, String type, String value) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic(cluster), "web", utf8(value));
    record.headers().add(EventCodec.TYPE_HEADER, type.getBytes(UTF_8));
    send(record);
  }

  private String topic(ClusterName cluster) {
    return connection.topics().sync(cluster);
  }

  private void awaitArchived(ClusterName cluster, long generation) {
    patiently().until(() -> isArchived(cluster, generation));
  }

  private boolean isArchived(ClusterName cluster, long generation) {
    return archive
        .read(cluster, WEB, new Generation(generation))
        .map(target -> new String(EventCodec.value(target), UTF_8))
        .equals(Optional.of(new String(EventCodec.value(target(cluster, generation)), UTF_8)));
  }

  private long manifests() throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".json.gz")).count();
    }
  }

  /** Returns the committed offset of a cluster's topic; 0 if there is none. */
  private long committed(ClusterName cluster) throws Exception {
    OffsetAndMetadata offset =
        admin
            .listConsumerGroupOffsets(connection.topics().prefix() + "-archive")
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(topic(cluster), 0));
    return offset == null ? 0 : offset.offset();
  }

  /** Returns the clusters whose topics an archiver has. */
  private static List<String> clusters(Metrics of) {
    return of.text()
        .lines()
        .filter(line -> line.startsWith("sluice_archive_lag{"))
        .map(line -> line.replaceAll(".*cluster=\"(\\w+)\".*", "$1"))
        .toList();
  }

  /** Deletes all records of a cluster's topic, as compaction deletes all but the newest. */
  private void deleteRecords(ClusterName cluster) throws Exception {
    TopicPartition partition = new TopicPartition(topic(cluster), 0);
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, partition.topic()),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry(TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete"),
                        AlterConfigOp.OpType.SET))))
        .all()
        .get();
    long end =
        admin
            .listOffsets(Map.of(partition, OffsetSpec.latest()))
            .partitionResult(partition)
            .get()
            .offset();
    patiently()
        .ignoreExceptions()
        .until(
            () ->
                admin
                        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(end)))
                        .lowWatermarks()
                        .get(partition)
                        .get()
                        .lowWatermark()
                    == end);
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
  }
}

package dev.sluice.api.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.store.LogIdentity;
import dev.sluice.api.store.Snapshot;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;
  private Path first;
  private Path second;
  private Path file;

  @BeforeEach
  void topics() {
    connection = KafkaFixture.provisioned(1);
    topics = new TopicWriter(connection);
    first = directory.resolve("first");
    second = directory.resolve("second");
    file = directory.resolve("snapshot.db");
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void aReplicaReadsOnWhereTheSnapshotOfARunningOneEnds() throws Exception {
    topics.dispatched("web", "east", 1, 1).applied("web", "east", 1, 1).flush();
    String build;
    try (ReadModel model = open(first)) {
      build = model.build();
      Snapshot.write(first, file);
      topics.dispatched("web", "east", 2, 2).flush();
      await().atMost(PATIENCE).until(() -> history(model).size() == 2);
    }
    // what the snapshot has is not read again: Kafka no longer has it
    try (Admin admin = Admin.create(connection.admin())) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(connection.topics().results(), 0),
                  RecordsToDelete.beforeOffset(2)))
          .all()
          .get();
    }

    assertThat(Snapshot.restore(file, second, identity(connection))).isEmpty();

    try (ReadModel model = open(second)) {
      assertThat(history(model)).containsExactly("2 dispatched", "1 applied");
      assertThat(model.knownSince(KnownSince.History.values())).isEmpty();
      assertThat(model.build()).isNotEqualTo(build);
    }
  }

  @Test
  void aSnapshotOfOtherTopicsIsRefused() throws Exception {
    open(first).close();
    Snapshot.write(first, file);
    KafkaConnection other = KafkaFixture.provisioned(1);

    assertThatThrownBy(() -> Snapshot.restore(file, second, identity(other)))
        .hasMessageContaining("cannot be used: it is of other topics");
    assertThat(second.resolve("restoring.db")).doesNotExist();
    assertThat(second.resolve("read-model.db")).doesNotExist();
  }

  @Test
  void aReadModelThatIsReplacedIsKept() throws Exception {
    topics.dispatched("web", "east", 1, 1).flush();
    open(first).close();
    Snapshot.write(first, file);
    topics.dispatched("web", "east", 2, 2).flush();
    open(second).close();

    Optional<Path> before = Snapshot.restore(file, second, identity(connection));

    assertThat(before.orElseThrow()).exists();
    try (ReadModel model = open(second)) {
      assertThat(history(model)).containsExactly("2 dispatched", "1 dispatched");
      assertThat(model.overview(Scope.ALL).warnings())
          .anySatisfy(
              warning ->
                  assertThat(warning).contains("a snapshot was restored", before.get().toString()));
    }
  }

  @Test
  void whatCannotBeUsedIsRefusedWithTheReason() throws Exception {
    assertThatThrownBy(() -> Snapshot.write(first, file))
        .hasMessageContaining("there is no read model in " + first);
    assertThatThrownBy(() -> Snapshot.restore(file, second, identity(connection)))
        .hasMessageContaining("there is no snapshot " + file);
    Files.writeString(file, "not a database, however long this text is");
    assertThatThrownBy(() -> Snapshot.restore(file, second, identity(connection)))
        .hasMessageContaining("cannot be used: it cannot be read");
    try (ReadModel model = open(first)) {
      assertThatThrownBy(() -> Snapshot.write(first, file)).hasMessageContaining("exists");
      assertThatThrownBy(() -> Snapshot.restore(file, first, identity(connection)))
          .hasMessageContaining("another process uses the read model");
      assertThat(model.unreadyReason()).isEmpty();
    }
  }

  private ReadModel open(Path place) {
    ReadModel model = ReadModel.open(place, connection, Clock.systemUTC());
    await().atMost(PATIENCE).until(() -> model.unreadyReason().isEmpty());
    return model;
  }

  private static LogIdentity identity(KafkaConnection connection) {
    return LogIdentity.of(connection, PATIENCE);
  }

  private static List<String> history(ReadModel model) {
    return model
        .applications()
        .history("web", Scope.ALL, Scope.ALL, 10, Optional.empty())
        .items()
        .stream()
        .map(one -> one.generation() + " " + one.outcome())
        .toList();
  }
}

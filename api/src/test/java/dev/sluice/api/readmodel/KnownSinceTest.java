package dev.sluice.api.readmodel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.projection.Projection;
import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.api.store.Silences;
import dev.sluice.api.store.Sql;
import dev.sluice.platform.kafka.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownSinceTest {

  private static final int PARTITIONS = 4;
  private static final Instant FOUND = Instant.parse("2026-06-01T00:00:00Z");
  private static final Instant EARLY = Instant.parse("2026-03-01T00:00:00Z");
  private static final Instant LATE = Instant.parse("2026-03-08T00:00:00Z");

  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void open() {
    Map<TopicPartition, Long> beginnings = new HashMap<>();
    for (String topic : List.of("changes", "results", "dead-letters")) {
      IntStream.range(0, PARTITIONS)
          .forEach(n -> beginnings.put(new TopicPartition("sluice." + topic, n), 0L));
    }
    LogIdentity identity =
        new LogIdentity("log", List.copyOf(beginnings.keySet()), Map.copyOf(beginnings));
    database = Database.open(directory, identity, Silences.NONE);
    new Projection(database.writer(), Topics.DEFAULT).note(beginnings, FOUND);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void thePartitionThatBeginsLastDecides() {
    gap("results", 0, EARLY);
    gap("results", 1, LATE);

    assertThat(since(History.RESULTS)).contains(LATE);
    assertThat(since(History.values())).contains(LATE);
  }

  @Test
  void topicsThatCannotHoldTheAnswerDoNotMatter() {
    gap("dead-letters", 0, LATE);
    gap("results", 0, EARLY);

    assertThat(since(History.CHANGES)).isEmpty();
    assertThat(since(History.RESULTS)).contains(EARLY);
  }

  @Test
  void aPartitionWithoutAnyRecordIsKnownSinceItsGapWasFound() {
    gap("results", 0, EARLY);
    gap("results", 1, null);

    assertThat(since(History.RESULTS)).contains(FOUND);
  }

  @Test
  void aPartitionWhoseFirstRecordCameLaterIsKnownSinceItsGapWasFound() {
    gap("results", 0, FOUND.plusSeconds(86_400));

    assertThat(since(History.RESULTS)).contains(FOUND);
  }

  @Test
  void aGapThatAMigrationAssumedEndsWithItsFirstRecord() {
    database.writer().update("INSERT INTO gap VALUES ('sluice.results', 0, 0, 7, ?, 0)", EARLY);

    assertThat(since(History.RESULTS)).contains(EARLY);
  }

  @Test
  void theHistoryOfAnApplicationBeginsWithThePartitionOfItsKey() {
    status("web", "east");
    status("web", "west");
    int east = partition("east/web");
    int west = partition("west/web");
    assertThat(east).isNotEqualTo(west);
    gap("results", east, EARLY);
    gap("results", west, LATE);

    assertThat(history("web", "east")).contains(EARLY);
    assertThat(history("web", "west")).contains(LATE);
    assertThat(history("web", "*")).contains(LATE);
    assertThat(history("unknown", "*")).contains(LATE);
  }

  @Test
  void aPartitionInWhichOtherResultsOfTheApplicationWereFoundCounts() {
    status("web", "east");
    int other = (partition("east/web") + 1) % PARTITIONS;
    gap("results", other, LATE);
    assertThat(history("web", "east")).isEmpty();
    database
        .writer()
        .update(
            "INSERT INTO event VALUES (1, 0, 'applied', 'a', 'w', '', 'results', ?, 9, 'east',"
                + " 'web', NULL, NULL)",
            other);

    assertThat(history("web", "east")).contains(LATE);
  }

  @Test
  void deliveriesOfARepositoryBeginWithThePartitionOfItsKey() {
    int concerned = partition("git.example/shop");
    gap("changes", concerned, EARLY);
    gap("changes", (concerned + 1) % PARTITIONS, LATE);
    Deliveries deliveries = new Deliveries(database, new PartReports(Clock.systemUTC()));

    assertThat(deliveries.knownSince(Optional.of("git.example/Shop")).map(KnownSince::since))
        .contains(EARLY);
    assertThat(deliveries.knownSince(Optional.empty()).map(KnownSince::since)).contains(LATE);
  }

  private void gap(String topic, int partition, Instant firstRecord) {
    database
        .writer()
        .update(
            "INSERT INTO gap VALUES (?, ?, 0, 7, ?, ?)",
            "sluice." + topic,
            partition,
            Optional.ofNullable(firstRecord),
            FOUND);
  }

  private void status(String application, String cluster) {
    Sql sql = database.writer();
    sql.update(
        "INSERT INTO status (application, cluster, generation, phase, since) VALUES (?, ?, 1,"
            + " 'Synced', 0)",
        application,
        cluster);
  }

  private Optional<Instant> since(History... topics) {
    return KnownSince.of(database.writer(), topics).map(KnownSince::since);
  }

  private Optional<Instant> history(String application, String cluster) {
    return KnownSince.results(
            database.writer(), application, new Scope(List.of(), List.of(cluster)))
        .map(KnownSince::since);
  }

  private static int partition(String key) {
    return BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), PARTITIONS);
  }
}

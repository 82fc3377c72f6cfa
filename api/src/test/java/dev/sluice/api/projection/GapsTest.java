package dev.sluice.api.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.store.Database;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.api.store.Silences;
import dev.sluice.platform.kafka.Topics;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GapsTest {

  private static final TopicPartition WHOLE = new TopicPartition("sluice.results", 0);
  private static final TopicPartition CUT = new TopicPartition("sluice.results", 1);

  @TempDir Path directory;

  @Test
  void anAssumedGapOfAPartitionThatStillHasItsFirstRecordIsDropped() {
    LogIdentity identity =
        new LogIdentity("log", List.of(WHOLE, CUT), Map.of(WHOLE, 100L, CUT, 100L));
    try (Database database = Database.open(directory, identity, Silences.NONE)) {
      // as the migration assumes them, and a noted one
      for (String gap : List.of("0, 0, 3, 5000, 0", "0, 20, 30, 5000, 6000", "1, 0, 7, 5000, 0")) {
        database.writer().update("INSERT INTO gap VALUES ('sluice.results', %s)".formatted(gap));
      }
      Projection projection = new Projection(database.writer(), Topics.DEFAULT);
      projection.advance(Map.of(WHOLE, 40L, CUT, 40L));

      projection.note(Map.of(WHOLE, 0L, CUT, 7L), Instant.EPOCH);

      assertThat(
              database
                  .writer()
                  .list(
                      "SELECT * FROM gap",
                      row ->
                          "%d: %d to %d"
                              .formatted(
                                  row.number("partition"),
                                  row.number("first"),
                                  row.number("next"))))
          .containsExactlyInAnyOrder("0: 20 to 30", "1: 0 to 7");
    }
  }
}

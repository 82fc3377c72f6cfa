package dev.sluice.api.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.readmodel.ObservedSamples;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.LogIdentity;
import dev.sluice.api.store.Silences;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservationProjectionTest {

  private static final Subject WEB = TopicWriter.subject("web", "east", 1, 1);
  private static final Subject OTHER = TopicWriter.subject("web", "west", 1, 1);

  @TempDir Path directory;
  private Database database;
  private ObservationProjection observations;
  private long sequence;

  @BeforeEach
  void open() {
    database = Database.open(directory, new LogIdentity("log", List.of(), Map.of()), Silences.NONE);
    observations = new ObservationProjection(database.writer());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void onlyTheNewestEntriesOfAnApplicationInAClusterAreKept() {
    project(ObservedSamples.healed(OTHER, "web"));
    for (int i = 0; i < ObservationProjection.KEPT; i++) {
      project(ObservedSamples.healed(WEB, "first", "second"));
    }

    assertThat(count("east")).isEqualTo(ObservationProjection.KEPT);
    assertThat(count("west")).isEqualTo(1);
    assertThat(
            database
                .writer()
                .number("SELECT min(sequence) AS n FROM observation WHERE cluster = 'east'"))
        .isEqualTo(sequence - ObservationProjection.KEPT / 2 + 1);
  }

  @Test
  void theEntriesOfARemovedApplicationAreDeleted() {
    project(ObservedSamples.healed(WEB, "web"));
    project(ObservedSamples.healed(TopicWriter.subject("web", "east", 3, 1), "web"));
    project(ObservedSamples.healed(OTHER, "web"));

    observations.removed(TopicWriter.subject("web", "east", 2, 1));

    assertThat(count("east")).isEqualTo(1);
    assertThat(count("west")).isEqualTo(1);
  }

  private long count(String cluster) {
    return database
        .writer()
        .number("SELECT count(*) AS n FROM observation WHERE cluster = ?", cluster);
  }

  private void project(ObservedEvent event) {
    observations.project(
        event,
        new ReceivedEvent(
            new Envelope<>(
                new EventId("event-" + sequence),
                "test",
                ObservedSamples.SINCE,
                TraceParent.start(),
                event),
            ++sequence));
  }
}

package dev.sluice.api.readmodel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/**
 * Beginning of what the read model knows completely. Earlier records were deleted from Kafka, by
 * retention for example, before they were read.
 *
 * <p>Kafka deletes whole segments of each partition, so partitions of a topic begin at different
 * times. What begins last of the partitions that could hold an answer decides.
 *
 * @param since the time from which on all records are known
 * @param topic of the partition that begins last
 * @param offset of the partition's first known record after those that are not known
 */
public record KnownSince(Instant since, String topic, int partition, long offset) {

  /** Topic whose records are deleted after some time. */
  public enum History {
    CHANGES("changes"),
    RESULTS("results"),
    DEAD_LETTERS("dead-letters");

    private final String suffix;

    History(String suffix) {
      this.suffix = suffix;
    }

    String condition() {
      return "topic LIKE '%." + suffix + "'";
    }
  }

  /**
   * Returns the beginning of these topics, or empty if everything that was ever written to them is
   * known.
   */
  static Optional<KnownSince> of(Sql sql, History... topics) {
    String conditions =
        Stream.of(topics).map(History::condition).collect(Collectors.joining(" OR "));
    return of(sql, new Where().and("(" + conditions + ")"));
  }

  /** Returns the beginning of a partition of changes, if its first known one is after an offset. */
  static Optional<KnownSince> changes(Sql sql, int partition, long offset) {
    return of(
        sql,
        new Where()
            .and(History.CHANGES.condition())
            .and("partition = ? AND next > ?", partition, offset));
  }

  /** Returns the beginning of the changes that webhooks reported of a repository. */
  static Optional<KnownSince> changes(Sql sql, String repository) {
    return of(
        sql, keyed(sql, History.CHANGES, List.of(repository.toLowerCase(Locale.ROOT)), List.of()));
  }

  /**
   * Returns the beginning of the results of an application in these clusters.
   *
   * <p>They are in the partitions of its keys, and, if partitions were added to the topic, in those
   * in which some of them were found.
   */
  static Optional<KnownSince> results(Sql sql, String application, Scope clusters) {
    Where there =
        new Where().and("application = ?", application).glob("cluster", clusters.clusters());
    List<String> keys =
        sql.list(
            "SELECT cluster FROM status" + there,
            row -> row.text("cluster") + "/" + application,
            there.values());
    if (keys.isEmpty()) {
      return of(sql, History.RESULTS);
    }
    List<Integer> found =
        sql.list(
            "SELECT DISTINCT partition FROM event" + there + " AND topic = 'results'",
            row -> (int) row.number("partition"),
            there.values());
    return of(sql, keyed(sql, History.RESULTS, keys, found));
  }

  /** Selects the partitions of records with one of these keys, and further ones. */
  private static Where keyed(Sql sql, History topic, List<String> keys, List<Integer> more) {
    int partitions =
        (int) sql.number("SELECT count(*) AS n FROM position WHERE " + topic.condition());
    Set<Integer> concerned = new TreeSet<>(more);
    keys.forEach(
        key -> concerned.add(BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), partitions)));
    String places = concerned.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return new Where().and(topic.condition()).and("partition IN (" + places + ")");
  }

  private static Optional<KnownSince> of(Sql sql, Where where) {
    return sql.list("SELECT * FROM gap" + where, KnownSince::afterGap, where.values()).stream()
        .max(Comparator.comparing(KnownSince::since));
  }

  /**
   * Reads the end of a gap. Everything is known from its first record on; and from the time when
   * the gap was found, if the first record is younger or there is none yet. A gap that a migration
   * has assumed was found at no known time.
   */
  private static KnownSince afterGap(Row row) throws SQLException {
    Instant found = row.time("noted_at");
    Instant since =
        row.findTime("at")
            .filter(at -> found.equals(Instant.EPOCH) || at.isBefore(found))
            .orElse(found);
    return new KnownSince(
        since, row.text("topic"), (int) row.number("partition"), row.number("next"));
  }

  /** Returns whether something that is not known may have happened at this time or later. */
  public boolean isAfter(Optional<Instant> time) {
    return time.isEmpty() || time.get().isBefore(since);
  }

  /** Returns a sentence for operators. */
  public String sentence() {
    return "the log begins at %s (%s, partition %d, offset %d): what happened before is not known"
        .formatted(since.truncatedTo(ChronoUnit.SECONDS), topic, partition, offset);
  }
}

package dev.sluice.api.readmodel;

import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.readmodel.Records.Span;
import dev.sluice.api.store.Sql;
import java.time.Instant;
import java.util.Optional;

/**
 * Selection of applications by what happened to them: a ref that one has a source on moved, its
 * definition changed, or it was given a command. A time span also selects applications with a
 * generation that was first recorded in it.
 *
 * @param positions range of such events in the changes topic
 */
public record Occurrence(Span span, Optional<Positions> positions) {

  /** Selects every application. */
  public static final Occurrence ANY =
      new Occurrence(new Span(Optional.empty(), Optional.empty()), Optional.empty());

  private static final Instant NEVER = Instant.ofEpochMilli(Long.MAX_VALUE / 2);

  /** Range of a partition of the changes topic, inclusive. */
  public record Positions(int partition, long from, long to) {}

  /** Returns the beginning of what is known, if it also selects what happened before. */
  Optional<KnownSince> unknownBefore(Sql sql) {
    if (positions.isPresent()) {
      return KnownSince.changes(sql, positions.get().partition(), positions.get().from());
    }
    return span.since().isEmpty() && span.until().isEmpty()
        ? Optional.empty()
        : KnownSince.of(sql, History.CHANGES, History.RESULTS)
            .filter(beginning -> beginning.isAfter(span.since()));
  }

  /** Adds the condition to a query of {@code application}. */
  Where on(Where where) {
    if (span.since().isPresent() || span.until().isPresent()) {
      Instant since = span.since().orElse(Instant.EPOCH);
      Instant until = span.until().orElse(NEVER);
      where.and(
          """
          (EXISTS (SELECT 1 FROM generation WHERE generation.application = application.application
              AND first_at >= ? AND first_at < ?)
            OR application IN (SELECT command.application FROM command WHERE at >= ? AND at < ?)
            OR application IN (SELECT title FROM change WHERE at >= ? AND at < ?
              AND type IN ('definition-accepted', 'definition-removed'))
            OR application IN (SELECT source.application FROM change
              JOIN source ON source.repository = change.repository AND follows(source.ref, change.ref)
              WHERE at >= ? AND at < ?))\
          """,
          since,
          until,
          since,
          until,
          since,
          until,
          since,
          until);
    }
    positions.ifPresent(
        range ->
            where.and(
                """
                application IN (SELECT ifnull(event.application, source.application) FROM event
                  LEFT JOIN change ON change.id = event.id AND event.application IS NULL
                  LEFT JOIN source ON source.repository = change.repository AND follows(source.ref, change.ref)
                  WHERE event.topic = 'changes' AND event.repository IS NOT NULL
                    AND event.partition = ? AND event.offset BETWEEN ? AND ?)\
                """,
                range.partition(),
                range.from(),
                range.to()));
    return where;
  }
}

package dev.sluice.api.readmodel;

import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import dev.sluice.contract.event.DeadLetterId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Queries about the contents of the topics: changes, dead letters, commands, events. */
public final class Records {

  private final Database database;

  Records(Database database) {
    this.database = database;
  }

  /** Time span from {@code since}, inclusive, until {@code until}, exclusive. */
  public record Span(Optional<Instant> since, Optional<Instant> until) {

    Where on(Where where, String column) {
      return where.when(column + " >= ?", since).when(column + " < ?", until);
    }
  }

  /**
   * Selection of changes.
   *
   * @param applications globs of the applications whose definitions have changed; empty for all
   *     changes
   * @param commit the first hex digits of a commit id, or all of them
   * @param delivery the forge's id of a delivery
   */
  public record ChangeFilter(
      List<String> applications,
      Optional<String> repository,
      Optional<String> type,
      Optional<String> commit,
      Optional<String> delivery,
      Span span) {}

  public record DeadLetterFilter(
      Scope scope,
      Optional<String> code,
      Optional<String> stage,
      Optional<Boolean> open,
      Span span) {}

  public record EventFilter(
      Scope scope, Optional<String> type, Optional<String> repository, Span span) {}

  /** Returns a page of changes, newest first. */
  public Page<ChangeView> changes(
      ChangeFilter filter, Scope allowed, int limit, Optional<Long> after) {
    Where where =
        filter
            .span()
            .on(
                new Where()
                    .glob("application", filter.applications())
                    .when("repository = ?", filter.repository())
                    .when("type = ?", filter.type())
                    .when("commit_id >= ?", filter.commit())
                    .when("commit_id < ?", filter.commit().map(prefix -> prefix + "g"))
                    .when("delivery = ?", filter.delivery())
                    .change(allowed)
                    .when("sequence < ?", after),
                "at");
    return numbered(
        "SELECT * FROM change" + where + " ORDER BY sequence DESC LIMIT ?",
        ChangeView.reader(allowed),
        "sequence",
        where,
        limit);
  }

  /** Returns a page of dead letters, newest first. */
  public Page<DeadLetter> deadLetters(
      DeadLetterFilter filter, Scope allowed, int limit, Optional<Long> after) {
    Where where =
        filter
            .span()
            .on(
                new Where()
                    .in(filter.scope())
                    .in(allowed)
                    .when("code = ?", filter.code())
                    .when("stage = ?", filter.stage())
                    .when("opened_sequence < ?", after),
                "opened_at");
    filter
        .open()
        .ifPresent(open -> where.and(open ? "closed_at IS NULL" : "closed_at IS NOT NULL"));
    return numbered(
        "SELECT * FROM dead_letter" + where + " ORDER BY opened_sequence DESC LIMIT ?",
        DeadLetter::read,
        "opened_sequence",
        where,
        limit);
  }

  public Optional<DeadLetter> deadLetter(DeadLetterId entry, Scope allowed) {
    Where where = new Where().and("entry = ?", entry).in(allowed);
    return database.read(
        sql -> sql.find("SELECT * FROM dead_letter" + where, DeadLetter::read, where.values()));
  }

  /**
   * Returns a page of commands, newest first.
   *
   * @param scope selects the commands that concern these applications and clusters
   * @param id selects one command
   * @param prefix selects the commands whose ids begin with it
   */
  public Page<CommandView> commands(
      Scope scope,
      Optional<String> id,
      Optional<String> prefix,
      Scope allowed,
      int limit,
      Optional<Long> after) {
    Where where =
        new Where()
            .commandIn(scope)
            .command(allowed)
            .when("id = ?", id)
            .when("sequence < ?", after);
    prefix.ifPresent(begin -> where.and("id >= ? AND id < ?", begin, begin + Character.MAX_VALUE));
    return numberedBy(
        "SELECT * FROM command%s ORDER BY %s DESC LIMIT ?"
            // without an index on the order, SQLite uses the one on the id
            .formatted(where, prefix.isPresent() ? "+sequence" : "sequence"),
        sql -> CommandView.reader(sql, allowed),
        "sequence",
        where,
        limit);
  }

  /** Returns a page of events in the order of reading, starting after a sequence number. */
  public Page<EventView> events(EventFilter filter, Scope allowed, int limit, long after) {
    Where where =
        filter
            .span()
            .on(
                new Where()
                    .and("sequence > ?", after)
                    .in(filter.scope())
                    .when("type = ?", filter.type())
                    .when("repository = ?", filter.repository()),
                "at");
    if (!allowed.isAll()) {
      visible(where, allowed);
    }
    return numbered(
        "SELECT * FROM event" + where + " ORDER BY sequence LIMIT ?",
        EventView::read,
        "sequence",
        where,
        limit);
  }

  /** Returns the sequence number of the last event. */
  public long lastEvent() {
    return database.read(sql -> sql.number("SELECT max(sequence) AS n FROM event"));
  }

  /** Returns the sequence number after which all events of this time or later come. */
  public long before(Instant time) {
    return database.read(
        sql ->
            sql.number(
                "SELECT ifnull(min(sequence) - 1, (SELECT max(sequence) FROM event)) AS n FROM"
                    + " event WHERE at >= ?",
                time));
  }

  /**
   * Restricts events to the caller's scope. An event about no application or cluster is visible to
   * callers who may see the change.
   */
  private static void visible(Where where, Scope allowed) {
    Where own = new Where().in(allowed);
    Where change = new Where().and("change.id = event.id").change(allowed);
    where.and(
        """
        ((%s) OR (event.application IS NULL AND event.cluster IS NULL AND event.repository IS NOT NULL
          AND EXISTS (SELECT 1 FROM change%s)))\
        """
            .formatted(own.text(), change),
        Stream.concat(Arrays.stream(own.values()), Arrays.stream(change.values())).toArray());
  }

  private <T> Page<T> numbered(
      String question, Row.Reader<T> reader, String column, Where where, int limit) {
    return numberedBy(question, _ -> reader, column, where, limit);
  }

  private <T> Page<T> numberedBy(
      String question, Function<Sql, Row.Reader<T>> reader, String column, Where where, int limit) {
    List<Numbered<T>> found =
        database.read(
            sql ->
                sql.list(
                    question,
                    row -> new Numbered<>(reader.apply(sql).read(row), row.number(column)),
                    where.values(limit + 1)));
    Page<Numbered<T>> page = Page.of(found, limit, one -> Long.toString(one.number()));
    return new Page<>(page.items().stream().map(Numbered::value).toList(), page.next());
  }

  private record Numbered<T>(T value, long number) {}
}

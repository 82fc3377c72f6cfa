package dev.sluice.api.readmodel;

import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Queries about webhook deliveries, and whether applications, or the fleet itself, follow their
 * repositories.
 */
public final class Deliveries {

  private static final String SAME = "source.repository = change.repository COLLATE NOCASE";

  /** Condition whose value is a JSON array of the repositories that the fleet reads. */
  private static final String OF_FLEET =
      "change.repository COLLATE NOCASE IN (SELECT value FROM json_each(?))";

  private static final String FOLLOWED =
      "(EXISTS (SELECT 1 FROM source WHERE " + SAME + ") OR " + OF_FLEET + ")";

  private final Database database;
  private final PartReports parts;

  Deliveries(Database database, PartReports parts) {
    this.database = database;
    this.parts = parts;
  }

  /**
   * Selection of deliveries.
   *
   * @param followed selects deliveries whose repository is, or is not, followed
   */
  public record Filter(
      Optional<String> endpoint,
      Optional<String> repository,
      Optional<Boolean> followed,
      Records.Span span) {}

  /**
   * Returns a page of deliveries, newest first. A caller who may see only some applications sees
   * deliveries about their repositories, and none about repositories that none of these follows.
   */
  public Page<DeliveryView> list(Filter filter, Scope allowed, int limit, Optional<Long> after) {
    Where sources = new Where().application("source.application", allowed);
    Where where =
        filter
            .span()
            .on(
                new Where()
                    .and("endpoint IS NOT NULL")
                    .when("endpoint = ?", filter.endpoint())
                    .when("change.repository = ?", filter.repository())
                    .change(allowed)
                    .when("sequence < ?", after),
                "change.at");
    FleetRepositories fleet = parts.fleetRepositories();
    filter
        .followed()
        .ifPresent(followed -> where.and(followed ? FOLLOWED : "NOT " + FOLLOWED, fleet.json()));
    Where selected = new Where().and(FOLLOWED, fleet.json());
    String and = allowed.isAll() ? "" : " AND " + sources.text();
    return database.read(
        sql -> {
          List<String> known = new ArrayList<>();
          if (allowed.isAll()) {
            known.addAll(
                sql.list(
                    "SELECT DISTINCT repository FROM source ORDER BY 1",
                    row -> row.text("repository")));
            known.addAll(fleet.all());
          }
          List<Numbered> found =
              sql.list(
                  "SELECT change.*, unmet.expected, unmet.evaluated, unmet.at AS unmet_at, "
                      + selected.text()
                      + " AS followed, (SELECT count(DISTINCT application) FROM source WHERE "
                      + SAME
                      + " AND (change.ref IS NULL OR follows(source.ref, change.ref))"
                      + and
                      + ") AS applications FROM change LEFT JOIN unmet USING (id)"
                      + where
                      + " ORDER BY sequence DESC LIMIT ?",
                  row -> new Numbered(row.number("sequence"), view(row, known, fleet, allowed)),
                  selected.values(sources.values(where.values(limit + 1))));
          Page<Numbered> page = Page.of(found, limit, one -> Long.toString(one.sequence()));
          return new Page<>(page.items().stream().map(Numbered::view).toList(), page.next());
        });
  }

  private record Numbered(long sequence, DeliveryView view) {}

  /** Returns the beginning of what is known of deliveries, of a repository if one is given. */
  public Optional<KnownSince> knownSince(Optional<String> repository) {
    return database.read(
        sql ->
            repository
                .map(one -> KnownSince.changes(sql, one))
                .orElseGet(() -> KnownSince.of(sql, KnownSince.History.CHANGES)));
  }

  private static DeliveryView view(
      Row row, List<String> known, FleetRepositories fleet, Scope allowed) throws SQLException {
    boolean followed = row.number("followed") > 0;
    String repository = row.text("repository");
    Optional<String> expected = row.find("expected");
    Optional<String> evaluated = row.find("evaluated");
    Optional<Instant> unmetAt = row.findTime("unmet_at");
    return new DeliveryView(
        row.text("id"),
        row.time("at"),
        row.text("endpoint"),
        row.text("delivery"),
        row.text("type"),
        repository,
        row.find("ref"),
        row.find("commit_id"),
        row.find("actor"),
        followed,
        fleet.isOwn(repository),
        row.number("applications"),
        allowed.isAll() ? fleet.readers(repository, row.find("ref")) : List.of(),
        followed ? Optional.empty() : similar(repository, known),
        unmetAt.map(at -> new DeliveryView.Unmet(expected.orElse(""), evaluated, at)));
  }

  /** Returns a known repository whose path has the same ending. */
  private static Optional<String> similar(String repository, List<String> known) {
    String path = lastTwo(repository);
    return known.stream().filter(name -> lastTwo(name).equals(path)).findFirst();
  }

  private static String lastTwo(String repository) {
    int last = repository.lastIndexOf('/');
    int before = repository.lastIndexOf('/', last - 1);
    return repository.substring(before < 0 ? last : before).toLowerCase(Locale.ROOT);
  }
}

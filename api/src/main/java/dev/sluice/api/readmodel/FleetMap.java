package dev.sluice.api.readmodel;

import dev.sluice.api.projection.Phase;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import dev.sluice.api.store.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All applications with their state in each cluster, as briefly as a map of a large fleet needs it.
 */
public record FleetMap(List<Place> applications) {

  private static final int MAX_REASON = 200;

  public FleetMap {
    applications = List.copyOf(applications);
  }

  /**
   * Application on the map.
   *
   * @param repositories of its sources
   */
  public record Place(String application, List<String> repositories, List<Cell> clusters) {

    public Place {
      repositories = List.copyOf(repositories);
      clusters = List.copyOf(clusters);
    }
  }

  /**
   * State of an application in a cluster, with the values of {@link ApplicationStatus}.
   *
   * @param held what holds it; absent if nothing does
   * @param code cause of a parked or retrying application
   * @param reason the beginning of the sentence about what keeps it from being synced or healthy;
   *     absent if nothing does
   * @param since when its phase began, in whole seconds
   * @param heals true if the worker puts drifted objects back; absent otherwise
   * @param contended true if another writer changes objects each time after a heal; absent
   *     otherwise
   */
  public record Cell(
      String cluster,
      String sync,
      Optional<String> health,
      Optional<String> held,
      Optional<Long> behind,
      Optional<String> code,
      Optional<String> reason,
      Optional<Instant> since,
      Optional<Boolean> heals,
      Optional<Boolean> contended) {

    private static Cell read(Row row) throws SQLException {
      ApplicationStatus status = ApplicationStatus.read(row);
      return new Cell(
          status.cluster(),
          status.sync(),
          status.health().map(ApplicationStatus.HealthView::value),
          status.held().map(ApplicationStatus.HeldView::what),
          status.behind().filter(commits -> commits > 0),
          status.code(),
          reason(status),
          status.since().map(time -> time.truncatedTo(ChronoUnit.SECONDS)),
          status.drift().map(ApplicationStatus.DriftView::heals).filter(heals -> heals),
          status.drift().map(drift -> drift.contended() > 0).filter(contended -> contended));
    }

    private static Optional<String> reason(ApplicationStatus status) {
      return status
          .message()
          .or(() -> status.held().map(ApplicationStatus.HeldView::reason))
          .or(
              () ->
                  status
                      .health()
                      .filter(health -> !health.value().equals("Healthy"))
                      .flatMap(ApplicationStatus.HealthView::reason))
          .or(
              () ->
                  status
                      .drift()
                      .map(
                          drift ->
                              drift.objects() == 1
                                  ? "1 object differs"
                                  : drift.objects() + " objects differ"))
          .map(text -> text.length() > MAX_REASON ? text.substring(0, MAX_REASON) + "…" : text);
    }
  }

  static FleetMap of(Database database, Scope selection, Scope allowed) {
    return database.read(sql -> new FleetMap(places(sql, selection, allowed)));
  }

  private static List<Place> places(Sql sql, Scope selection, Scope allowed) {
    Map<String, List<String>> repositories = new LinkedHashMap<>();
    Where visible =
        new Where()
            .glob("application", selection.applications())
            .application("application", allowed);
    sql.list(
            "SELECT DISTINCT application, repository FROM source"
                + visible
                + " ORDER BY application, repository",
            row -> Map.entry(row.text("application"), row.text("repository")),
            visible.values())
        .forEach(
            source ->
                repositories
                    .computeIfAbsent(source.getKey(), _ -> new ArrayList<>())
                    .add(source.getValue()));
    Map<String, List<Cell>> cells = new LinkedHashMap<>();
    Where where = new Where().and("reported_phase <> ?", Phase.REMOVED).in(selection).in(allowed);
    sql.list(
            "SELECT * FROM shown_status" + where + " ORDER BY application, cluster",
            row -> Map.entry(row.text("application"), Cell.read(row)),
            where.values())
        .forEach(
            cell ->
                cells.computeIfAbsent(cell.getKey(), _ -> new ArrayList<>()).add(cell.getValue()));
    List<Place> places = new ArrayList<>();
    cells.forEach(
        (application, clusters) ->
            places.add(
                new Place(
                    application, repositories.getOrDefault(application, List.of()), clusters)));
    return places;
  }
}

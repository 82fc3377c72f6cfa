package dev.sluice.api.readmodel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.Observations.ClusterDrift;
import dev.sluice.api.readmodel.Observations.ClusterHealth;
import dev.sluice.api.readmodel.PartView.ConditionView;
import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Database;
import dev.sluice.api.store.Row;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Queries about applications. */
public final class Applications {

  private static final int RECENT = 10;
  private static final int RECENT_GENERATIONS = 5;

  private static final String NEWEST_FIRST =
      " ORDER BY first_at DESC, cluster DESC, generation DESC LIMIT ?";

  private final Database database;
  private final PartReports parts;

  Applications(Database database, PartReports parts) {
    this.database = database;
    this.parts = parts;
  }

  /**
   * Selection of applications and clusters.
   *
   * @param held selects applications that are, or are not, suspended, pinned, or wait
   * @param sync selects by {@link ApplicationStatus#sync}
   * @param health selects by {@link ApplicationStatus#health}
   */
  public record Filter(
      Scope scope,
      Optional<Phase> phase,
      Optional<String> repository,
      Optional<Boolean> held,
      Optional<String> sync,
      Optional<String> health) {

    /** Selects all applications of a scope. */
    public static Filter of(Scope scope) {
      return new Filter(
          scope,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
  }

  /**
   * An application with all that is of interest about it.
   *
   * @param generations the last ones, newest first
   * @param conditions what parts of the installation report about it
   * @param knownSince the beginning of what is known, if earlier generations may be missing
   */
  public record Detail(
      String application,
      boolean defined,
      String fleetRevision,
      Optional<Definition> definition,
      List<ApplicationStatus> clusters,
      List<DeadLetter> deadLetters,
      List<CommandView> commands,
      List<GenerationView> generations,
      List<HeldPlan> plans,
      List<ClusterHealth> health,
      List<ClusterDrift> drift,
      List<ConditionView> conditions,
      Optional<KnownSince> knownSince) {

    /** Returns this application, with the beginning of what is known if its history reaches it. */
    Detail knownSince(Optional<KnownSince> beginning) {
      return generations.size() == RECENT_GENERATIONS
          ? this
          : new Detail(
              application,
              defined,
              fleetRevision,
              definition,
              clusters,
              deadLetters,
              commands,
              generations,
              plans,
              health,
              drift,
              conditions,
              beginning);
    }
  }

  /** Deletions of an application that await approval in a cluster. */
  public record HeldPlan(String cluster, DeletionPlan plan) {}

  /**
   * Returns a page ordered by name and cluster. Removed applications are included only if that
   * phase is selected.
   */
  public Page<ApplicationStatus> list(
      Filter filter, Scope allowed, int limit, Optional<String> after) {
    Where where =
        new Where()
            .in(filter.scope())
            .in(allowed)
            .when(
                "application IN (SELECT application FROM source WHERE repository = ?)",
                filter.repository())
            .when("sync = ?", filter.sync())
            .when("health = ?", filter.health());
    filter
        .phase()
        .ifPresentOrElse(
            phase ->
                where.and(
                    "phase = ? AND reported_phase = ?",
                    phase,
                    phase == Phase.UNKNOWN ? Phase.SYNCED : phase),
            () -> where.and("reported_phase <> ?", Phase.REMOVED));
    filter
        .held()
        .ifPresent(
            held ->
                where.and(
                    held
                        ? "(held_by IS NOT NULL OR withheld_cause IS NOT NULL)"
                        : "(held_by IS NULL AND withheld_cause IS NULL)"));
    after.ifPresent(
        cursor -> {
          String[] parts = cursor.split("/", 2);
          where.and("(application, cluster) > (?, ?)", parts[0], parts.length > 1 ? parts[1] : "");
        });
    return Page.of(
        database.read(
            sql ->
                sql.list(
                    "SELECT * FROM shown_status" + where + " ORDER BY application, cluster LIMIT ?",
                    ApplicationStatus::read,
                    where.values(limit + 1))),
        limit,
        ApplicationStatus::cursor);
  }

  public Optional<Detail> find(String application, Scope allowed) {
    Where where = new Where().and("application = ?", application).in(allowed);
    Where visible =
        new Where().and("application = ?", application).application("application", allowed);
    Where commands = new Where().and("application = ?", application).command(allowed);
    return database.read(
        sql ->
            sql.find(
                "SELECT * FROM application" + visible,
                row ->
                    new Detail(
                            application,
                            row.number("defined") != 0,
                            row.text("fleet_revision"),
                            row.find("repository").isEmpty()
                                ? Optional.empty()
                                : Optional.of(definition(row, allowed)),
                            sql.list(
                                "SELECT * FROM shown_status" + where + " ORDER BY cluster",
                                ApplicationStatus::read,
                                where.values()),
                            sql.list(
                                "SELECT * FROM dead_letter"
                                    + where
                                    + " AND closed_at IS NULL ORDER BY opened_sequence",
                                DeadLetter::read,
                                where.values()),
                            sql.list(
                                "SELECT * FROM command"
                                    + commands
                                    + " ORDER BY sequence DESC LIMIT ?",
                                CommandView.reader(sql, allowed),
                                commands.values(RECENT)),
                            sql.list(
                                "SELECT * FROM generation" + where + NEWEST_FIRST,
                                GenerationView.reader(sql),
                                where.values(RECENT_GENERATIONS)),
                            sql.list(
                                "SELECT cluster, plan FROM status"
                                    + where
                                    + " AND plan IS NOT NULL ORDER BY cluster",
                                held ->
                                    new HeldPlan(
                                        held.text("cluster"),
                                        Columns.value(
                                            held.text("plan").getBytes(UTF_8), DeletionPlan.class)),
                                where.values()),
                            Observations.health(sql, where),
                            Observations.drifts(sql, where),
                            parts.about(application, allowed),
                            Optional.empty())
                        .knownSince(KnownSince.results(sql, application, allowed)),
                visible.values()));
  }

  /** Returns the definition with only the clusters that the caller may see. */
  private static Definition definition(Row row, Scope allowed) throws SQLException {
    Definition whole = Columns.value(row.bytes("body"), Definition.class);
    return new Definition(
        whole.application(),
        whole.sources(),
        whole.clusters().stream()
            .filter(cluster -> allowed.includesCluster(cluster.name().value()))
            .toList(),
        whole.spec(),
        whole.orphanOnRemoval(),
        whole.owner(),
        whole.remote(),
        whole.dependsOn(),
        whole.sending().map(rules -> rules.within(name -> allowed.includesCluster(name.value()))),
        whole.generatedBy(),
        whole.includedBy());
  }

  /** Returns the definitions of the selected applications that the caller may see, by name. */
  public List<Definition> defined(
      Scope selection, Scope allowed, Optional<String> repository, Occurrence occurrence) {
    Where where =
        occurrence.on(
            new Where()
                .and("defined = 1")
                .glob("application", selection.applications())
                .application("application", allowed)
                .when(
                    "application IN (SELECT application FROM source WHERE repository = ?)",
                    repository));
    return database.read(
        sql ->
            sql.list(
                "SELECT * FROM application" + where + " ORDER BY application",
                row -> definition(row, allowed),
                where.values()));
  }

  /**
   * Returns the generations of an application, newest first. The causes of a generation include the
   * command that led to it.
   */
  public Page<GenerationView> history(
      String application, Scope filter, Scope allowed, int limit, Optional<String> after) {
    Where where = new Where().and("application = ?", application).in(filter).in(allowed);
    after
        .flatMap(Cursor::parse)
        .ifPresent(
            cursor ->
                where.and(
                    "(first_at, cluster, generation) < (?, ?, ?)",
                    cursor.at(),
                    cursor.cluster(),
                    cursor.generation()));
    List<Placed> found =
        database.read(
            sql ->
                sql.list(
                    "SELECT * FROM generation" + where + NEWEST_FIRST,
                    row ->
                        new Placed(
                            GenerationView.reader(sql).read(row),
                            new Cursor(
                                row.number("first_at"),
                                row.text("cluster"),
                                new Generation(row.number("generation")))),
                    where.values(limit + 1)));
    Page<Placed> page = Page.of(found, limit, placed -> placed.cursor().toString());
    return new Page<>(page.items().stream().map(Placed::view).toList(), page.next());
  }

  private record Placed(GenerationView view, Cursor cursor) {}

  private record Cursor(long at, String cluster, Generation generation) {

    static Optional<Cursor> parse(String text) {
      String[] parts = text.split("/", -1);
      try {
        return Optional.of(
            new Cursor(
                Long.parseLong(parts[0]), parts[1], Generation.parse(parts[2]).orElseThrow()));
      } catch (NumberFormatException | NoSuchElementException | ArrayIndexOutOfBoundsException e) {
        return Optional.empty();
      }
    }

    @Override
    public String toString() {
      return at + "/" + cluster + "/" + generation;
    }
  }
}

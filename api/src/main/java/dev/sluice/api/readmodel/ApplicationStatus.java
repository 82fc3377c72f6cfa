package dev.sluice.api.readmodel;

import dev.sluice.api.store.Columns;
import dev.sluice.api.store.Row;
import dev.sluice.contract.name.Generation;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Status of an application in a cluster.
 *
 * @param generation generation sent last; {@value Generation#NONE} if none was sent
 * @param since when this phase began; absent if nothing tells any longer
 * @param code failure code of a parked or retrying application, {@code waiting} if a wave or a hook
 *     is waited for; empty in other phases
 * @param applied what the cluster is known to hold
 * @param hold the command by which an operator has stopped the sending
 * @param sync Synced, OutOfSync, Syncing, Retrying, Parked, Drifted, Removing, Removed or Unknown
 * @param health of what the cluster holds; absent for a removed application
 * @param drift how live objects differ from what the cluster holds; absent if none does
 * @param held the hold that keeps the newest revision in Git from being applied; absent if there is
 *     none
 * @param behind the number of commits between Git and what the cluster holds; absent if unknown
 */
public record ApplicationStatus(
    String application,
    String cluster,
    String phase,
    Optional<Instant> since,
    long generation,
    Optional<String> commit,
    Optional<String> code,
    Optional<String> message,
    Optional<AppliedGeneration> applied,
    Optional<HoldView> hold,
    String sync,
    Optional<HealthView> health,
    Optional<DriftView> drift,
    Optional<HeldView> held,
    Optional<Long> behind) {

  /**
   * Generation that a cluster holds.
   *
   * @param at when it was applied; absent if nothing tells any longer
   * @param renderer name and version; several are joined by ", "
   * @param generated fields whose values differ at each rendering, such as random passwords; absent
   *     if there are none
   */
  public record AppliedGeneration(
      Generation generation,
      Optional<String> commit,
      Optional<Instant> at,
      Optional<String> renderer,
      Optional<List<String>> generated) {}

  /**
   * An operator has stopped the sending.
   *
   * @param commit what is restored instead
   */
  public record HoldView(String by, String reason, Instant since, Optional<String> commit) {}

  /**
   * Health of the generation that a cluster holds.
   *
   * @param value Healthy, Progressing, Degraded, Suspended, Missing or Unknown
   * @param objects the number of objects; absent if the worker has not reported it
   * @param unhealthy the number of those that are not healthy
   * @param reason the worst object's, or why the health is not known
   */
  public record HealthView(
      String value,
      Optional<Instant> since,
      Optional<Long> objects,
      Optional<Long> unhealthy,
      Optional<String> reason) {

    static Optional<HealthView> read(Row row) throws SQLException {
      Optional<String> value = row.find("health");
      if (value.isEmpty()) {
        return Optional.empty();
      }
      Optional<Instant> silent = row.findTime("silent_since");
      if (silent.isPresent()) {
        return unobserved(value.get(), silent, row.text("silent_message"));
      }
      Optional<Generation> observed = row.findGeneration("health_generation");
      Optional<Generation> applied = row.findGeneration("applied_generation");
      if (observed.isEmpty()) {
        return unobserved(
            value.get(),
            row.findTime("applied_at"),
            applied.isEmpty()
                ? "nothing was applied yet"
                : "the worker of %s has not reported it".formatted(row.text("cluster")));
      }
      if (applied.isPresent() && applied.get().isAfter(observed.get())) {
        return unobserved(
            value.get(),
            row.findTime("applied_at"),
            "the worker has not reported the health of generation %s yet".formatted(applied.get()));
      }
      return Optional.of(
          new HealthView(
              value.get(),
              row.findTime("health_since"),
              row.findNumber("health_objects"),
              row.findNumber("health_unhealthy"),
              row.find("health_reason")));
    }

    private static Optional<HealthView> unobserved(
        String value, Optional<Instant> since, String reason) {
      return Optional.of(
          new HealthView(value, since, Optional.empty(), Optional.empty(), Optional.of(reason)));
    }
  }

  /**
   * Summary of the objects that differ from what the cluster holds.
   *
   * @param contended the number of objects that another writer changes each time after a heal
   * @param heals whether the worker puts them back
   * @param by the field managers that changed them; absent if unknown
   */
  public record DriftView(
      long objects, long contended, Instant since, boolean heals, Optional<String> by) {

    static Optional<DriftView> read(Row row) throws SQLException {
      return row.findTime("drift_since").isEmpty()
          ? Optional.empty()
          : Optional.of(
              new DriftView(
                  row.number("drift_objects"),
                  row.number("drift_contended"),
                  row.time("drift_since"),
                  row.number("drift_heals") != 0,
                  row.find("drift_writers").filter(names -> !names.isEmpty())));
    }
  }

  /**
   * Hold of an application in a cluster: the newest revision in Git is not applied until somebody
   * or something releases the hold.
   *
   * @param what suspended, pinned, manual, dependsOn, window, guard or wave
   * @param commit that the application is pinned to
   * @param by the operator, or the part of Sluice that holds it
   * @param release the command, or the change, that releases it
   * @param withheld what withholds the inputs that would be sent otherwise: manual, dependsOn or
   *     window; absent if nothing does, and while it is suspended
   */
  public record HeldView(
      String what,
      Optional<String> commit,
      String by,
      Instant since,
      String reason,
      String release,
      Optional<String> withheld) {

    static Optional<HeldView> read(Row row) throws SQLException {
      String place = " %s --cluster %s".formatted(row.text("application"), row.text("cluster"));
      if (row.find("held_by").isPresent()) {
        return Optional.of(byOperator(row, place));
      }
      if (row.find("withheld_cause").isPresent()) {
        return Optional.of(byDispatcher(row, place));
      }
      if (row.number("is_in_wave") != 0) {
        return Optional.of(
            byWorker("wave", row, "the health of these objects, or the end of these hooks"));
      }
      return row.number("is_guarded") == 0
          ? Optional.empty()
          : Optional.of(byWorker("guard", row, "sluice approve" + place));
    }

    /** Returns the hold of an operator; the commit that it pins may wait for a window. */
    private static HeldView byOperator(Row row, String place) throws SQLException {
      Optional<String> commit = row.find("held_commit");
      Optional<String> withheld = commit.isPresent() ? row.find("withheld_cause") : commit;
      String waiting = withheld.isPresent() ? "; waits for " + row.text("withheld_reason") : "";
      String resume = "sluice resume" + place;
      return new HeldView(
          commit.isPresent() ? "pinned" : "suspended",
          commit,
          row.text("held_by"),
          row.time("held_since"),
          row.text("held_reason") + waiting,
          withheld
              .map(
                  cause ->
                      "%s; %s sends the pinned commit".formatted(resume, release(cause, place)))
              .orElse(resume),
          withheld);
    }

    private static HeldView byDispatcher(Row row, String place) throws SQLException {
      String cause = row.text("withheld_cause");
      String release = release(cause, place);
      return new HeldView(
          cause,
          Optional.empty(),
          "the dispatcher",
          row.time("withheld_since"),
          "waits for " + row.text("withheld_reason"),
          cause.equals("manual") ? release : "that, or " + release,
          Optional.of(cause));
    }

    /** Returns the command that lifts a cause. */
    private static String release(String cause, String place) {
      return "sluice release" + place + (cause.equals("window") ? " --ignore-windows" : "");
    }

    private static HeldView byWorker(String what, Row row, String release) throws SQLException {
      return new HeldView(
          what,
          Optional.empty(),
          "the worker",
          row.time("phase_since"),
          row.text("phase_message"),
          release,
          Optional.empty());
    }
  }

  static ApplicationStatus read(Row row) throws SQLException {
    Optional<AppliedGeneration> applied =
        row.findGeneration("applied_generation").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new AppliedGeneration(
                    new Generation(row.number("applied_generation")),
                    row.find("applied_commit"),
                    row.findTime("applied_at"),
                    row.find("applied_renderer"),
                    row.find("applied_generated").map(Columns::texts)));
    Optional<HoldView> hold =
        row.find("held_by").isEmpty()
            ? Optional.empty()
            : Optional.of(
                new HoldView(
                    row.text("held_by"),
                    row.text("held_reason"),
                    row.time("held_since"),
                    row.find("held_commit")));
    return new ApplicationStatus(
        row.text("application"),
        row.text("cluster"),
        row.text("phase"),
        row.findTime("since"),
        row.number("generation"),
        row.find("commit_id"),
        row.find("code"),
        row.find("message"),
        applied,
        hold,
        row.text("sync"),
        HealthView.read(row),
        DriftView.read(row),
        HeldView.read(row),
        row.findNumber("behind"));
  }

  String cursor() {
    return application + "/" + cluster;
  }
}

package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.NamePattern;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.window.CronSchedule;
import dev.sluice.contract.window.MaintenanceWindow;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reader of the maintenance windows in {@code Application} and {@code Project} documents. */
final class WindowDocuments {

  private static final int MOST = 50;
  private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

  private WindowDocuments() {}

  /**
   * Window of a document.
   *
   * @param window without clusters
   * @param applications of a project for which it holds
   * @param clusters for which it holds
   */
  record Declared(
      MaintenanceWindow window,
      Optional<List<NamePattern>> applications,
      Optional<List<NamePattern>> clusters) {

    /** Returns the window for an application in its clusters; empty if it holds for none. */
    Optional<MaintenanceWindow> of(ApplicationName application, List<ClusterTarget> targets) {
      List<ClusterName> names =
          targets.stream()
              .map(ClusterTarget::name)
              .filter(name -> matches(clusters, name.value()))
              .toList();
      return matches(applications, application.value()) && !names.isEmpty()
          ? Optional.of(clusters.isPresent() ? window.in(names) : window)
          : Optional.empty();
    }

    private static boolean matches(Optional<List<NamePattern>> patterns, String name) {
      return patterns
          .map(all -> all.stream().anyMatch(pattern -> pattern.matches(name)))
          .orElse(true);
    }
  }

  /** Returns the windows of an application; one that is for none of its clusters is a problem. */
  static List<MaintenanceWindow> ofApplication(
      Fields policy, ApplicationName application, List<ClusterTarget> targets) {
    List<MaintenanceWindow> windows = new ArrayList<>();
    for (Fields fields : list(policy)) {
      read(fields, Optional.empty())
          .ifPresent(
              declared ->
                  declared
                      .of(application, targets)
                      .ifPresentOrElse(
                          windows::add,
                          () ->
                              fields.problem(
                                  "clusters", "matches none of the application's clusters")));
    }
    return windows;
  }

  /** Returns the windows of a project. */
  static List<Declared> ofProject(Fields spec, String project) {
    return list(spec).stream()
        .flatMap(fields -> read(fields, Optional.of(project)).stream())
        .toList();
  }

  private static List<Fields> list(Fields parent) {
    List<Fields> list = parent.list("windows");
    if (list.size() > MOST) {
      parent.problem("windows", "has at most %d entries, not %d".formatted(MOST, list.size()));
    }
    return list;
  }

  private static Optional<Declared> read(Fields fields, Optional<String> project) {
    Optional<MaintenanceWindow.Kind> kind = fields.required("kind", WindowDocuments::kind);
    Optional<CronSchedule> schedule = fields.required("schedule", CronSchedule::parse);
    Optional<Duration> duration =
        fields.required(
            "duration", text -> MaintenanceWindow.checked(PolicyDocument.duration(text)));
    Optional<ZoneId> zone =
        fields.has("timeZone")
            ? fields.text("timeZone", WindowDocuments::zone)
            : Optional.of(ZoneId.of("UTC"));
    Optional<String> description = fields.text("description", MaintenanceWindow::checked);
    Optional<List<NamePattern>> applications =
        project.isPresent() ? patterns(fields, "applications") : Optional.empty();
    Optional<List<NamePattern>> clusters = patterns(fields, "clusters");
    fields.refuseUnknown();
    if (kind.isEmpty() || schedule.isEmpty() || duration.isEmpty() || zone.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Declared(
            new MaintenanceWindow(
                kind.get(),
                schedule.get(),
                duration.get(),
                zone.get(),
                Optional.empty(),
                description,
                project),
            applications,
            clusters));
  }

  private static Optional<List<NamePattern>> patterns(Fields fields, String name) {
    if (!fields.has(name)) {
      return Optional.empty();
    }
    List<NamePattern> patterns = fields.texts(name, NamePattern::new);
    if (patterns.isEmpty()) {
      fields.problem(name, "names none: leave the field out for all");
    }
    return Optional.of(patterns);
  }

  private static MaintenanceWindow.Kind kind(String text) {
    return switch (text) {
      case "allow" -> MaintenanceWindow.Kind.ALLOW;
      case "deny" -> MaintenanceWindow.Kind.DENY;
      default -> throw new IllegalArgumentException("must be allow or deny, not " + text);
    };
  }

  private static ZoneId zone(String text) {
    if (!ZONES.contains(text)) {
      throw new IllegalArgumentException(
          "must be a time zone of the IANA database, such as Europe/Berlin or UTC, not " + text);
    }
    return ZoneId.of(text);
  }
}

package dev.sluice.contract.window;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rules about when new inputs of an application are sent. A deny window that is open forbids it. If
 * the application has allow windows itself, one of these has to be open; likewise if its project
 * has.
 *
 * @param manual whether somebody has to release new inputs; empty if not
 * @param windows of the application and of its project; empty if there are none
 */
public record SendingRules(Optional<Boolean> manual, Optional<List<MaintenanceWindow>> windows) {

  /** Everything is sent at once. */
  public static final SendingRules NONE = new SendingRules(Optional.empty(), Optional.empty());

  private static final Duration HORIZON = Duration.ofDays(5 * 366);

  /** Number of windows that are looked at in a row; a week of windows that last a minute. */
  private static final int MOST_STEPS = 12_000;

  public SendingRules {
    manual = manual.filter(isManual -> isManual);
    windows = windows.map(List::copyOf).filter(list -> !list.isEmpty());
  }

  /** Returns whether somebody has to release new inputs. */
  @JsonIgnore
  public boolean isManual() {
    return manual.orElse(false);
  }

  /** Returns the windows of the application and of its project. */
  public List<MaintenanceWindow> all() {
    return windows.orElse(List.of());
  }

  /** Returns these rules with the windows of the project replaced. */
  public SendingRules withProjectWindows(List<MaintenanceWindow> ofProject) {
    return new SendingRules(
        manual,
        Optional.of(
            Stream.concat(
                    all().stream().filter(window -> window.project().isEmpty()), ofProject.stream())
                .toList()));
  }

  /** Returns these rules without the names of other clusters, and the windows of only these. */
  public SendingRules within(Predicate<ClusterName> visible) {
    return new SendingRules(
        manual,
        windows.map(
            list -> list.stream().flatMap(window -> within(window, visible).stream()).toList()));
  }

  private static Optional<MaintenanceWindow> within(
      MaintenanceWindow window, Predicate<ClusterName> visible) {
    return window.clusters().isEmpty()
        ? Optional.of(window)
        : window
            .clusters()
            .map(names -> names.stream().filter(visible).toList())
            .filter(names -> !names.isEmpty())
            .map(window::in);
  }

  /** Returns the windows that hold for a cluster. */
  public List<MaintenanceWindow> concerning(ClusterName cluster) {
    return all().stream().filter(window -> window.concerns(cluster)).toList();
  }

  /** Returns why nothing may be sent to a cluster at this instant; empty if it may. */
  public Optional<ClosedWindow> closedAt(Instant now, ClusterName cluster) {
    List<MaintenanceWindow> concerning = concerning(cluster);
    Optional<Step> step = step(concerning, now);
    if (step.isEmpty()) {
      return Optional.empty();
    }
    Instant end = now.plus(HORIZON);
    Step last = step.get();
    for (int i = 0; step.isPresent() && i < MOST_STEPS && last.until().isBefore(end); i++) {
      last = step.get();
      step = step(concerning, last.until());
    }
    return Optional.of(new ClosedWindow(last.window(), last.until(), step.isEmpty()));
  }

  /** A window that forbids sending until an instant, at which another one may forbid it. */
  private record Step(MaintenanceWindow window, Instant until) {}

  private static Optional<Step> step(List<MaintenanceWindow> windows, Instant at) {
    return of(windows, MaintenanceWindow.Kind.DENY)
        .flatMap(window -> window.endAt(at).map(end -> new Step(window, end)).stream())
        .max(Comparator.comparing(Step::until))
        .or(() -> notAllowed(windows, at));
  }

  /** Returns the step to the last of the allow windows of which the owners have none open. */
  private static Optional<Step> notAllowed(List<MaintenanceWindow> windows, Instant at) {
    return of(windows, MaintenanceWindow.Kind.ALLOW)
        .collect(Collectors.groupingBy(MaintenanceWindow::project))
        .values()
        .stream()
        .filter(ofOwner -> ofOwner.stream().allMatch(window -> window.endAt(at).isEmpty()))
        .flatMap(ofOwner -> earliest(ofOwner, at).stream())
        .max(Comparator.comparing(Step::until));
  }

  private static Optional<Step> earliest(List<MaintenanceWindow> allowing, Instant at) {
    return allowing.stream()
        .map(window -> new Step(window, window.nextStart(at)))
        .min(Comparator.comparing(Step::until));
  }

  private static Stream<MaintenanceWindow> of(
      List<MaintenanceWindow> windows, MaintenanceWindow.Kind kind) {
    return windows.stream().filter(window -> window.kind() == kind);
  }
}

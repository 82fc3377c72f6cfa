package dev.sluice.api.http;

import dev.sluice.api.readmodel.ApplicationStatus;
import dev.sluice.api.readmodel.Applications;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.window.ClosedWindow;
import dev.sluice.contract.window.SendingRules;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Predicts the outcome of a command from the read model. The dispatcher decides, and may have newer
 * state.
 */
final class Expectations {

  private static final int CLUSTERS = 1_000;

  private final ReadModel model;
  private final Clock clock;

  Expectations(ReadModel model, Clock clock) {
    this.model = model;
    this.clock = clock;
  }

  String of(Order order) {
    String application = order.definition().application().value();
    List<String> clusters = order.clusters().stream().map(ClusterName::value).toList();
    SendingRules rules = order.definition().sendingRules();
    return model
        .applications()
        .list(
            Applications.Filter.of(new Scope(List.of(application), clusters)),
            Scope.ALL,
            CLUSTERS,
            Optional.empty())
        .items()
        .stream()
        .map(
            status -> status.cluster() + ": " + of(status, rules, order.command(), clock.instant()))
        .collect(Collectors.joining("; "));
  }

  static String of(ApplicationStatus status, SendingRules rules, Command command, Instant now) {
    boolean suspended = status.hold().map(hold -> hold.commit().isEmpty()).orElse(false);
    Optional<Generation> last = Generation.ofNumber(status.generation());
    Generation next = last.map(Generation::next).orElse(Generation.FIRST);
    Optional<String> closed =
        rules.closedAt(now, new ClusterName(status.cluster())).map(ClosedWindow::waitsFor);
    return switch (command) {
      case Command.Reevaluate _ ->
          status.hold().isPresent()
              ? "nothing is sent while it is held"
              : "generation %s if its inputs differ%s".formatted(next, waitOfNew(rules, closed));
      case Command.Resync _ ->
          suspended
              ? "refused while it is suspended"
              : "generation %s with the current inputs%s"
                  .formatted(next, waitOfDemand(status, rules, closed));
      case Command.Restore restore ->
          "generation %s with the inputs of %s, pinned to it until it is resumed%s"
              .formatted(next, restore.commit().abbreviated(), waits(closed));
      case Command.Resend resend -> ofResend(resend, last, suspended, closed);
      case Command.Rebuild _ ->
          "the stored state is compared with what the changes and Git imply; nothing is sent";
      case Command.Suspend _ -> suspended ? "stays suspended" : "no further generation is sent";
      case Command.Resume _ ->
          status.hold().isPresent()
              ? "the revision in Git is sent" + waitOfNew(rules, closed)
              : "nothing: it is not held";
      case Command.Approve approve ->
          last.equals(Optional.of(approve.generation()))
              ? "generation %s of the same inputs; if it would delete exactly the approved objects, it does%s"
                  .formatted(next, waitOfDemand(status, rules, closed))
              : "refused: generation %d was sent last".formatted(status.generation());
      case Command.Release release ->
          suspended
              ? "refused while it is suspended"
              : ofRelease(status, release.ignoresWindows(), next, closed);
      case Command.Discard discard -> "the dead letter %s is closed".formatted(discard.entry());
    };
  }

  private static String ofResend(
      Command.Resend resend,
      Optional<Generation> last,
      boolean suspended,
      Optional<String> closed) {
    if (suspended) {
      return "refused while it is suspended";
    }
    if (closed.isPresent()) {
      return "refused: nothing is sent before " + closed.get();
    }
    return "generation %s with the recorded inputs of generation %s%s"
        .formatted(
            last.map(Generation::next).orElse(Generation.FIRST),
            resend.generation(),
            last.equals(Optional.of(resend.generation()))
                ? ""
                : ", pinned to them until it is resumed unless they are in force");
  }

  private static String ofRelease(
      ApplicationStatus status, boolean ignoresWindows, Generation next, Optional<String> closed) {
    String cause = status.held().flatMap(ApplicationStatus.HeldView::withheld).orElse("");
    String inputs = status.hold().isPresent() ? "pinned" : "newest";
    String wait = ignoresWindows ? "" : waits(closed);
    return switch (cause) {
      case "manual" -> "generation %s with the inputs that are held%s".formatted(next, wait);
      case "dependsOn" ->
          "generation %s with the %s inputs, without waiting for other applications%s"
              .formatted(next, inputs, wait);
      case "window" ->
          ignoresWindows
              ? "generation %s with the %s inputs, without waiting".formatted(next, inputs)
              : "refused: it waits for a maintenance window, which --ignore-windows ignores";
      default -> "refused unless inputs are withheld when the command is carried out";
    };
  }

  /** Returns what inputs wait for that differ from those that were sent last, as a clause. */
  private static String waitOfNew(SendingRules rules, Optional<String> closed) {
    return rules.isManual() ? "; it waits for an operator to release it" : waits(closed);
  }

  /** Returns what inputs wait for that a command demands again, as a clause. */
  private static String waitOfDemand(
      ApplicationStatus status, SendingRules rules, Optional<String> closed) {
    return closed.isEmpty() && rules.isManual() && status.hold().isEmpty()
        ? "; inputs that differ from those that were sent last wait for an operator to release them"
        : waits(closed);
  }

  private static String waits(Optional<String> closed) {
    return closed.map("; it waits for %s"::formatted).orElse("");
  }
}

package dev.sluice.api.http;

import dev.sluice.api.readmodel.ApplicationStatus;
import dev.sluice.api.readmodel.Applications;
import dev.sluice.api.readmodel.ReadModel;
import dev.sluice.api.readmodel.Scope;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.name.Generation;
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

  Expectations(ReadModel model) {
    this.model = model;
  }

  String of(String application, List<String> clusters, Command command) {
    return model
        .applications()
        .list(
            Applications.Filter.of(new Scope(List.of(application), clusters)),
            Scope.ALL,
            CLUSTERS,
            Optional.empty())
        .items()
        .stream()
        .map(status -> status.cluster() + ": " + of(status, command))
        .collect(Collectors.joining("; "));
  }

  private static String ofRelease(
      ApplicationStatus status, Command.Release release, Generation next) {
    String what = status.held().map(ApplicationStatus.HeldView::what).orElse("");
    return switch (what) {
      case "manual" ->
          "generation %s with the inputs that are held, %s"
              .formatted(
                  next,
                  release.ignoresWindows()
                      ? "whatever the maintenance windows are"
                      : "once a maintenance window allows it");
      case "dependsOn" -> "generation %s with the newest inputs, without waiting".formatted(next);
      case "window" ->
          release.ignoresWindows()
              ? "generation %s with the newest inputs, without waiting".formatted(next)
              : "refused: it waits for a maintenance window, which --ignore-windows ignores";
      default -> "refused unless inputs are withheld when the command is carried out";
    };
  }

  private static String of(ApplicationStatus status, Command command) {
    boolean suspended = status.hold().map(hold -> hold.commit().isEmpty()).orElse(false);
    Optional<Generation> last = Generation.ofNumber(status.generation());
    Generation next = last.map(Generation::next).orElse(Generation.FIRST);
    return switch (command) {
      case Command.Reevaluate _ ->
          status.hold().isPresent()
              ? "nothing is sent while it is held"
              : "generation %s if its inputs differ".formatted(next);
      case Command.Resync _ ->
          suspended
              ? "refused while it is suspended"
              : "generation %s with the current inputs".formatted(next);
      case Command.Restore restore ->
          "generation %s with the inputs of %s, pinned to it until it is resumed"
              .formatted(next, restore.commit().abbreviated());
      case Command.Resend resend ->
          suspended
              ? "refused while it is suspended"
              : "generation %s with the recorded inputs of generation %s%s"
                  .formatted(
                      next,
                      resend.generation(),
                      last.equals(Optional.of(resend.generation()))
                          ? ""
                          : ", pinned to them until it is resumed unless they are in force");
      case Command.Rebuild _ ->
          "the stored state is compared with what the changes and Git imply; nothing is sent";
      case Command.Suspend _ -> suspended ? "stays suspended" : "no further generation is sent";
      case Command.Resume _ ->
          status.hold().isPresent() ? "the revision in Git is sent" : "nothing: it is not held";
      case Command.Approve approve ->
          last.equals(Optional.of(approve.generation()))
              ? "generation %s of the same inputs; if it would delete exactly the approved objects, it does"
                  .formatted(next)
              : "refused: generation %d was sent last".formatted(status.generation());
      case Command.Release release -> ofRelease(status, release, next);
      case Command.Discard discard -> "the dead letter %s is closed".formatted(discard.entry());
    };
  }
}

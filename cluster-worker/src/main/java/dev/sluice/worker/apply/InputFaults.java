package dev.sluice.worker.apply;

import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.sandbox.RenderException;
import java.util.Optional;

/** Decides the outcome of a target that cannot be rendered, or whose manifests are refused. */
final class InputFaults {

  private InputFaults() {}

  static Outcome outcome(RenderException e) {
    return switch (e.remedy()) {
      case TIME -> new Outcome.RetryAfter(e.failure(), Optional.empty());
      case INPUT -> new Outcome.Parked(e.failure(), new Wake.NewInput());
      case KINDS -> new Outcome.Parked(e.failure(), new Wake.NewKinds());
      case WORKER -> new Outcome.Parked(e.failure(), new Wake.ClusterChange("the worker's files"));
    };
  }

  static Outcome outcome(ManifestException e) {
    Wake wake =
        switch (e.failure().code()) {
          case RenderFailure.UNKNOWN_KIND ->
              new Wake.ClusterChange("the kind's CustomResourceDefinition");
          case RenderFailure.UNKNOWN_FIELD -> new Wake.NewKinds();
          default -> new Wake.NewInput();
        };
    return new Outcome.Parked(e.failure(), wake);
  }
}

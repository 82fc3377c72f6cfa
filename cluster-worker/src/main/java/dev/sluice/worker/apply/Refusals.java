package dev.sluice.worker.apply;

import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The objects of one stage that could not be written. The other objects of the stage are written
 * nevertheless; later stages and deletions wait.
 */
final class Refusals {

  private static final int NAMED = 5;
  private static final int MAX_MESSAGE = 600;

  /** Transient failures that concern one object, not the API server or the worker. */
  private static final Set<FailureCode> OF_ONE_OBJECT =
      Set.of(
          ApplyFailure.TERMINATING,
          ApplyFailure.CONFLICT,
          ApplyFailure.NAMESPACE_TERMINATING,
          ApplyFailure.WEBHOOK_UNAVAILABLE,
          FailureCode.ofStatus(500));

  private final List<Outcome> outcomes = new ArrayList<>();

  /** Returns whether other objects may be written although one had this outcome. */
  static boolean isOfOneObject(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Parked _ -> true;
      case Outcome.RetryAfter retry -> OF_ONE_OBJECT.contains(retry.failure().code());
      case Outcome.Done _ -> false;
    };
  }

  void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  /**
   * Ends the attempt if an object was refused. Of several outcomes, the one that is retried
   * earliest decides; its message names the others.
   *
   * @throws HaltException if there is a refusal
   */
  void check() throws HaltException {
    if (outcomes.isEmpty()) {
      return;
    }
    // stable, so that equal ones keep the order of the stage
    outcomes.sort(Comparator.comparingInt(Refusals::rank));
    Outcome first = outcomes.getFirst();
    throw new HaltException(outcomes.size() == 1 ? first : withMessage(first, message()));
  }

  private String message() {
    String named =
        outcomes.stream()
            .limit(NAMED)
            .map(outcome -> Excerpt.of(failure(outcome).message(), MAX_MESSAGE))
            .collect(Collectors.joining("; "));
    String more = outcomes.size() > NAMED ? "; and %d more".formatted(outcomes.size() - NAMED) : "";
    return "%d objects could not be applied: %s%s".formatted(outcomes.size(), named, more);
  }

  private static Outcome withMessage(Outcome outcome, String message) {
    Failure failure = failure(outcome);
    Failure joined = new Failure(failure.code(), message, failure.stage(), failure.object());
    return switch (outcome) {
      case Outcome.RetryAfter retry -> new Outcome.RetryAfter(joined, retry.asked());
      case Outcome.Parked parked -> new Outcome.Parked(joined, parked.wake());
      case Outcome.Done done -> done;
    };
  }

  private static int rank(Outcome outcome) {
    return switch (outcome) {
      case Outcome.RetryAfter _ -> 0;
      case Outcome.Parked(Failure failure, Wake wake) ->
          switch (wake) {
            case Wake.ClusterChange _ -> failure.code() == ApplyFailure.MISSING_KIND ? 1 : 2;
            case Wake.NewKinds _ -> 3;
            case Wake.NewInput _ -> 4;
          };
      case Outcome.Done _ -> 5;
    };
  }

  private static Failure failure(Outcome outcome) {
    return switch (outcome) {
      case Outcome.RetryAfter retry -> retry.failure();
      case Outcome.Parked parked -> parked.failure();
      case Outcome.Done _ -> throw new IllegalStateException("a fenced attempt has no failure");
    };
  }
}

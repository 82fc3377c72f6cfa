package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.WaitCondition.Goal;
import dev.sluice.standalone.client.output.Observations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "wait",
    description =
        "Waits until a commit is applied in all clusters that it affects, or until its objects are"
            + " healthy there. Exits with 1 if an application is parked, held, or got a newer"
            + " generation before, or, for healthy, if it is degraded; with 5 when the time is up.")
final class WaitVerb extends Verb {

  /** The time limit for the condition, unless an option states another. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @Option(
      names = "--for",
      required = true,
      paramLabel = "CONDITION",
      description = "applied=COMMIT or healthy=COMMIT")
  private String condition = "";

  @Option(
      names = "--follow",
      description =
          "if a newer generation supersedes that of the commit, wait for the newer one, and say so")
  private boolean follow;

  @Parameters(
      paramLabel = "APP",
      arity = "0..*",
      description = "only these applications; the commit must affect each of them")
  private List<String> applications = new ArrayList<>();

  /** The messages about newer generations that were printed. */
  private final Set<String> told = new HashSet<>();

  WaitVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  Duration answerLimit() {
    return answerLimitWithin(limit());
  }

  private Duration limit() {
    return timeout().orElse(LIMIT);
  }

  @Override
  int run(Api api, Printer printer) {
    Goal goal = goal();
    String commit = CommitEffects.digits(condition.substring(condition.indexOf('=') + 1));
    Deadline end = Deadline.in(limit());
    try (EventReader events = api.stream(new Query(), Optional.empty())) {
      Optional<String> missing = missing(api, commit, goal, printer);
      while (missing.isPresent()) {
        Optional<JsonNode> event = events.next(end);
        if (event.isEmpty() && events.hasEnded()) {
          throw new ExitException(ExitException.UNREACHABLE, "the API has ended the stream");
        }
        if (event.isEmpty()) {
          throw late(goal, missing.get());
        }
        api.renew(end);
        try {
          missing = missing(api, commit, goal, printer);
        } catch (ExitException e) {
          throw e.code() == ExitException.NO_ANSWER && end.isOver() ? late(goal, missing.get()) : e;
        }
      }
      return 0;
    }
  }

  private Goal goal() {
    for (Goal goal : Goal.values()) {
      if (condition.startsWith(goal + "=")) {
        return goal;
      }
    }
    throw new ExitException(2, "expected --for applied=COMMIT or --for healthy=COMMIT");
  }

  private ExitException late(Goal goal, String missing) {
    return new ExitException(
        ExitException.TIMED_OUT,
        "not %s within %s: %s".formatted(goal, Observations.duration(limit()), missing));
  }

  /** Returns what is still missing; empty if the condition holds. */
  private Optional<String> missing(Api api, String commit, Goal goal, Printer printer) {
    Optional<CommitEffects> effects = CommitEffects.of(api, commit, applications);
    if (effects.isEmpty()) {
      return Optional.of("the commit is not known" + CommitEffects.unreadable(api));
    }
    WaitCondition awaited = new WaitCondition(effects.get(), goal, follow);
    Optional<String> missing = awaited.missing();
    awaited
        .followed()
        .forEach(
            (place, newer) -> {
              String message =
                  "%s: the commit's generation is superseded; following %s".formatted(place, newer);
              if (told.add(message)) {
                printer.message(message);
              }
            });
    if (missing.isEmpty()) {
      int targets = effects.get().sent().size();
      printer.message(
          targets == 0
              ? "the commit affects no application"
              : "%s all targets: %d%s"
                  .formatted(
                      goal == Goal.applied ? "applied to" : "healthy in",
                      targets,
                      newer(awaited.followed().size())));
    }
    return missing;
  }

  private static String newer(int followed) {
    return followed == 0 ? "" : ", of which with a newer generation: " + followed;
  }
}

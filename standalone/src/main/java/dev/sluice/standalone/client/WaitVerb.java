package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.Explanation.Cause;
import dev.sluice.contract.codec.EventType;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "wait",
    description =
        "Waits until a commit is applied in all clusters that it affects, or until its objects are"
            + " healthy there. Exits with 1 if an application is parked, or, for healthy, if it is"
            + " degraded, held or has a newer commit; with 5 when the time is up.")
final class WaitVerb extends Verb {

  private static final String APPLIED = "applied=";
  private static final String HEALTHY = "healthy=";

  @Option(
      names = "--for",
      required = true,
      paramLabel = "CONDITION",
      description = "applied=COMMIT or healthy=COMMIT")
  private String condition = "";

  @Option(names = "--timeout", paramLabel = "TIME", description = "such as 5m (default: 5m)")
  private String timeout = "5m";

  @Parameters(
      paramLabel = "APP",
      arity = "0..*",
      description = "only these applications; the commit must affect each of them")
  private List<String> applications = new ArrayList<>();

  WaitVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    if (!condition.startsWith(APPLIED) && !condition.startsWith(HEALTHY)) {
      throw new ExitException(2, "expected --for applied=COMMIT or --for healthy=COMMIT");
    }
    String commit = condition.substring(condition.indexOf('=') + 1);
    Duration limit = Setting.parseDuration(timeout);
    AtomicBoolean late = new AtomicBoolean();
    EventReader events = new EventReader(api.stream(new Query(), Optional.empty()));
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
    try {
      ScheduledFuture<?> alarm =
          timer.schedule(
              () -> {
                late.set(true);
                events.close();
              },
              limit.toMillis(),
              TimeUnit.MILLISECONDS);
      Optional<String> missing = missing(api, commit, printer);
      while (missing.isPresent()) {
        if (events.next().isEmpty()) {
          throw late.get()
              ? new ExitException(
                  ExitException.TIMED_OUT,
                  "not %s within %s: %s%s"
                      .formatted(
                          condition.substring(0, condition.indexOf('=')),
                          timeout,
                          missing.get(),
                          unreadable(api)))
              : new ExitException(ExitException.UNREACHABLE, "the API has ended the stream");
        }
        missing = missing(api, commit, printer);
      }
      alarm.cancel(false);
      return 0;
    } finally {
      timer.shutdownNow();
      events.close();
    }
  }

  /** Returns why a repository cannot be read: its commits will not be applied until it can. */
  private static String unreadable(Api api) {
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE).stream()
        .flatMap(repository -> repository.get("refs").valueStream())
        .filter(ref -> ref.hasNonNull("unreadableReason"))
        .map(ref -> "; " + ref.get("unreadableReason").asText())
        .findFirst()
        .orElse("");
  }

  /** Returns what is still missing; empty if the condition holds. */
  private Optional<String> missing(Api api, String commit, Printer printer) {
    Optional<CommitEffects> effects = CommitEffects.of(api, commit, applications);
    if (effects.isEmpty()) {
      return Optional.of("the commit is not known");
    }
    if (condition.startsWith(HEALTHY)) {
      Optional<String> missing = new HealthyCondition(api, effects.get()).missing();
      if (missing.isEmpty()) {
        printer.message("healthy in all targets: " + effects.get().sent().size());
      }
      return missing;
    }
    return applied(api, effects.get(), printer);
  }

  private Optional<String> applied(Api api, CommitEffects effects, Printer printer) {
    effects.failIfParked();
    effects.failIfRefused();
    List<JsonNode> sent = effects.sent();
    boolean everyDone =
        sent.stream()
            .allMatch(
                one ->
                    CommitEffects.isOutcome(
                        one, EventType.APPLIED, EventType.UNCHANGED, EventType.SUPERSEDED));
    if (sent.isEmpty() && !effects.isHead(api)) {
      return Optional.of("Git is not at the commit, or was not evaluated yet");
    }
    if (!effects.everyNamedIsSent() || !everyDone) {
      return Optional.of("a target of the commit is not applied");
    }
    printer.message(
        sent.isEmpty()
            ? "the commit affects no application" + held(effects)
            : "applied to all targets: " + sent.size() + superseded(sent) + held(effects));
    return Optional.empty();
  }

  private static String held(CommitEffects effects) {
    long held = effects.because(Cause.HELD).count();
    return held == 0 ? "" : "; not sent to suspended or rolled back applications: " + held;
  }

  private static String superseded(List<JsonNode> sent) {
    long newer =
        sent.stream().filter(one -> CommitEffects.isOutcome(one, EventType.SUPERSEDED)).count();
    return newer == 0 ? "" : ", of which newer generations replaced " + newer;
  }
}

package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.Explanation.Cause;
import dev.sluice.contract.codec.EventType;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "wait",
    description =
        "Waits until a commit is applied in all clusters that it affects. Exits with 1 if an"
            + " application is parked, with 5 when the time is up.")
final class WaitVerb extends Verb {

  private static final String APPLIED = "applied=";

  @Option(
      names = "--for",
      required = true,
      paramLabel = "applied=COMMIT",
      description = "the condition to wait for")
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
    if (!condition.startsWith(APPLIED)) {
      throw new ExitException(2, "expected --for applied=COMMIT");
    }
    String commit = condition.substring(APPLIED.length());
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
      while (!isDone(api, commit, printer)) {
        if (events.next().isEmpty()) {
          throw late.get()
              ? new ExitException(
                  ExitException.TIMED_OUT, "not applied within " + timeout + unreadable(api))
              : new ExitException(ExitException.UNREACHABLE, "the API has ended the stream");
        }
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

  private boolean isDone(Api api, String commit, Printer printer) {
    Optional<JsonNode> explanation = api.find("/api/v1/commits/" + Api.encoded(commit));
    if (explanation.isEmpty()) {
      return false;
    }
    List<JsonNode> sent = new ArrayList<>();
    explanation
        .get()
        .get("affected")
        .forEach(
            generation -> {
              if (applications.isEmpty()
                  || applications.contains(generation.get("application").asText())) {
                sent.add(generation);
              }
            });
    for (JsonNode generation : sent) {
      if (isOutcome(generation, EventType.PARKED)) {
        throw new ExitException(
            1,
            "%s in %s is parked: %s"
                .formatted(
                    generation.get("application").asText(),
                    generation.get("cluster").asText(),
                    generation.path("message").asText()));
      }
    }
    failIfRefused(explanation.get());
    boolean everySent =
        applications.stream()
            .allMatch(
                name ->
                    sent.stream().anyMatch(one -> one.get("application").asText().equals(name)));
    boolean everyDone =
        sent.stream()
            .allMatch(
                one ->
                    isOutcome(one, EventType.APPLIED, EventType.UNCHANGED, EventType.SUPERSEDED));
    if (sent.isEmpty() && !isHead(api, explanation.get().get("commit").asText())) {
      return false;
    }
    if (everySent && everyDone) {
      printer.message(
          sent.isEmpty()
              ? "the commit affects no application" + held(explanation.get())
              : "applied to all targets: "
                  + sent.size()
                  + superseded(sent)
                  + held(explanation.get()));
      return true;
    }
    return false;
  }

  /** Ends the wait if the inputs of an application are refused: they are never sent. */
  private void failIfRefused(JsonNode explanation) {
    because(explanation, Cause.REFUSED)
        .findFirst()
        .ifPresent(
            one -> {
              throw new ExitException(
                  1, "%s: %s".formatted(one.get("application").asText(), one.get("why").asText()));
            });
  }

  private String held(JsonNode explanation) {
    long held = because(explanation, Cause.HELD).count();
    return held == 0 ? "" : "; not sent to suspended or rolled back applications: " + held;
  }

  private static boolean isOutcome(JsonNode generation, EventType... types) {
    String outcome = generation.get("outcome").asText();
    return Arrays.stream(types).map(EventType::slug).anyMatch(outcome::equals);
  }

  private static String superseded(List<JsonNode> sent) {
    long newer = sent.stream().filter(one -> isOutcome(one, EventType.SUPERSEDED)).count();
    return newer == 0 ? "" : ", of which newer generations replaced " + newer;
  }

  private Stream<JsonNode> because(JsonNode explanation, Cause cause) {
    return explanation
        .get("unaffected")
        .valueStream()
        .filter(one -> one.path("cause").asText().equals(cause.name()))
        .filter(
            one ->
                applications.isEmpty() || applications.contains(one.get("application").asText()));
  }

  /**
   * Whether a ref is at the commit: the dispatcher has then evaluated it, even if it sent nothing.
   */
  private static boolean isHead(Api api, String commit) {
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE).stream()
        .flatMap(repository -> repository.get("refs").valueStream())
        .anyMatch(ref -> ref.path("head").asText().equals(commit));
  }
}

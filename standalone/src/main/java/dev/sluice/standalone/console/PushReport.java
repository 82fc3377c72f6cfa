package dev.sluice.standalone.console;

import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.worker.WorkerResources;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Prints the steps of a push to the terminal, with their times in milliseconds. */
public final class PushReport {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  private final PrintStream out;
  private final Map<CommitId, Instant> receivedAt = new ConcurrentHashMap<>();

  public PushReport(PrintStream out) {
    this.out = out;
  }

  /** Returns the listener that prints changes and what they affect. */
  public DispatchListener dispatchListener() {
    return new DispatchListener() {
      @Override
      public void seen(ChangeSeen change) {
        print(
            "push",
            "%s %s%s%s"
                    .formatted(
                        change.repository(),
                        change.ref().branchName().orElse(change.ref().value()),
                        change.expected().map(commit -> " -> " + commit.abbreviated()).orElse(""),
                        change.actor().map(actor -> " by " + actor).orElse(""))
                + ", from webhook to dispatcher "
                + milliseconds(change.heardAt(), change.seenAt()));
      }

      @Override
      public void evaluated(ChangeEvaluated change) {
        receivedAt.put(change.commit(), change.heardAt());
        printEvaluated(change);
      }
    };
  }

  /** Returns the listener that prints what is applied, parked and healed. */
  public WorkerResources.Listener workerListener() {
    return result -> {
      switch (result) {
        case ResultEvent.Applied applied -> printApplied(applied);
        case ResultEvent.Unchanged unchanged ->
            print(who(unchanged.subject()), "unchanged, %d objects".formatted(unchanged.objects()));
        case ResultEvent.Parked parked ->
            print(
                who(parked.subject()),
                "PARKED, dead letter opened: %s; retried on %s"
                    .formatted(parked.failure().message(), parked.wakesOn()));
        case ResultEvent.Retrying retrying ->
            print(
                who(retrying.subject()),
                "retried in %d ms: %s"
                    .formatted(retrying.delay().toMillis(), retrying.failure().message()));
        case Waiting waiting -> print(who(waiting.subject()), waiting.shown());
        case ResultEvent.Removed removed ->
            print(who(removed.subject()), "removed: " + objects(removed.changes()));
        case ResultEvent.Superseded superseded ->
            print(
                who(superseded.subject()),
                "generation %s superseded by %s"
                    .formatted(superseded.subject().generation(), superseded.by()));
        case ResultEvent.Fenced fenced ->
            print(who(fenced.subject()), "fenced by a newer generation; nothing written");
        case ResultEvent.Swept swept ->
            print(
                swept.cluster() + " " + swept.application(), "swept: " + objects(swept.changes()));
        case ObservedEvent observed -> print(who(observed.subject()), Observations.shown(observed));
        case ResultEvent.Dispatched _,
            ResultEvent.Held _,
            ResultEvent.Planned _,
            ResultEvent.WorkerHello _,
            DiffAnswered _,
            ObjectsAnswered _ -> {}
      }
    };
  }

  private void printEvaluated(DispatchListener.ChangeEvaluated change) {
    Map<ApplicationName, List<DispatchListener.Affected>> byApplication =
        change.affected().stream()
            .collect(
                Collectors.groupingBy(
                    DispatchListener.Affected::application, TreeMap::new, Collectors.toList()));
    print(
        "commit",
        "%s fetched and evaluated in %s: %d applications affected, %d not"
            .formatted(
                change.commit().abbreviated(),
                milliseconds(change.heardAt(), change.dispatchedAt()),
                byApplication.size(),
                change.unaffected()));
    byApplication.forEach(
        (application, targets) ->
            print(
                "",
                "  %s -> %s: %s"
                    .formatted(
                        application,
                        targets.stream()
                            .map(target -> target.cluster() + " #" + target.generation())
                            .collect(Collectors.joining(", ")),
                        targets.getFirst().reason())));
    change
        .refused()
        .forEach(
            refused ->
                print(
                    "",
                    "  %s REFUSED, dead letter opened: %s"
                        .formatted(refused.application(), refused.failure().message())));
  }

  private void printApplied(ResultEvent.Applied applied) {
    ResultEvent.Timings timings = applied.timings();
    Optional<Instant> start = applied.subject().commit().map(receivedAt::get);
    print(
        who(applied.subject()),
        "%s; render %s, plan %s, apply %s%s"
            .formatted(
                objects(applied.changes()),
                milliseconds(timings.receivedAt(), timings.renderedAt()),
                milliseconds(timings.renderedAt(), timings.plannedAt()),
                milliseconds(timings.plannedAt(), timings.appliedAt()),
                start
                    .map(
                        heardAt ->
                            "; "
                                + milliseconds(heardAt, timings.appliedAt())
                                + " since the webhook")
                    .orElse("")));
  }

  static String objects(List<ObjectChange> changes) {
    if (changes.isEmpty()) {
      return "nothing to change";
    }
    Map<ObjectChange.Action, List<String>> byAction = new LinkedHashMap<>();
    changes.forEach(
        change ->
            byAction
                .computeIfAbsent(change.action(), action -> new ArrayList<>())
                .add(change.object().toString()));
    return byAction.entrySet().stream()
        .map(
            entry ->
                entry.getKey().name().toLowerCase(Locale.ROOT)
                    + " "
                    + String.join(", ", entry.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String who(Subject subject) {
    return "%s %s".formatted(subject.cluster(), subject.application());
  }

  private static String milliseconds(Instant from, Instant to) {
    return "%.1f ms".formatted(Duration.between(from, to).toNanos() / 1e6);
  }

  private synchronized void print(String subject, String text) {
    out.printf(
        "%s  %-26s %s%n",
        subject.isEmpty() ? " ".repeat(12) : LocalTime.now(ZoneId.systemDefault()).format(TIME),
        subject,
        Visible.line(text));
  }
}

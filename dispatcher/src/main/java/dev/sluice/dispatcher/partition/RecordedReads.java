package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.decide.Finding;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.recorded.RecordedAnswer;
import dev.sluice.dispatcher.recorded.RecordedTargets;
import dev.sluice.dispatcher.recorded.WantedTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of recorded targets for the commands of a partition: of the generation that a resend names,
 * and of the one that was sent last, for a command that demands a new generation while Git does not
 * say what to send. The partition's thread never reads the log, so the results are inputs of their
 * own. Only a few are read at a time, since a target may have some MiB. Used by the partition's
 * thread only.
 */
final class RecordedReads {

  private static final Logger log = LoggerFactory.getLogger(RecordedReads.class);

  /** Number of targets of a partition that are read at a time. */
  private static final int AT_A_TIME = 4;

  /** Time for one read; later commands to the application wait for it. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final RecordedTargets recorded;
  private final PartitionState state;
  private final EventDecider decider;
  private final ScheduledExecutorService timers;
  private final Consumer<PartitionInput> inputs;

  /** Targets that are read, or wait to be read, for a demand. */
  private final Set<WantedTarget> asked = new HashSet<>();

  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;

  RecordedReads(
      RecordedTargets recorded,
      PartitionState state,
      EventDecider decider,
      ScheduledExecutorService timers,
      Consumer<PartitionInput> inputs) {
    this.recorded = recorded;
    this.state = state;
    this.decider = decider;
    this.timers = timers;
    this.inputs = inputs;
  }

  /** Resumes the reads for demands that no evaluation repeats. */
  void resume() {
    state.applications().forEach(this::meet);
  }

  /** Reads the generation that a command sends again. */
  void resent(ApplicationName application, ClusterName cluster, Command.Resend resend) {
    start(
        new WantedTarget(
            cluster, application, resend.generation(), resend.sentAt(), Optional.empty()),
        answer -> new PartitionInput.ResentRead(application, answer));
  }

  /** Starts the next read, since the result of one has been handled. */
  void handled() {
    running--;
    startNext();
  }

  private void start(WantedTarget wanted, Function<RecordedAnswer, PartitionInput> input) {
    waiting.add(
        () -> {
          var unused =
              recorded.read(wanted, LIMIT).thenAccept(answer -> inputs.accept(input.apply(answer)));
        });
    startNext();
  }

  private void startNext() {
    while (running < AT_A_TIME && !waiting.isEmpty()) {
      running++;
      waiting.removeFirst().run();
    }
  }

  /** Meets the demands of an application where only the log has what is to be sent. */
  private void meet(ApplicationState application) {
    application
        .demands()
        .keySet()
        .forEach(
            cluster -> {
              Hold hold = application.holds().get(cluster);
              Optional.ofNullable(hold)
                  .flatMap(RecordedReads::pinnedTo)
                  .or(() -> withheld(application, cluster))
                  .ifPresent(why -> last(application, cluster, why));
            });
  }

  private static Optional<String> pinnedTo(Hold hold) {
    return hold.resent().map("generation %s was sent again and is pinned"::formatted);
  }

  /** Meets the demands of applications whose ref was deleted. */
  void gone(RefKey key) {
    state.decidedAt(key).forEach(this::meet);
  }

  /** Meets the demands of applications whose ref cannot be read. */
  void unreadable(RefKey key) {
    String why = "%s %s cannot be read".formatted(key.repository(), key.ref());
    state
        .decidedAt(key)
        .forEach(
            application ->
                application.demands().keySet().forEach(cluster -> last(application, cluster, why)));
  }

  /**
   * Meets the demands of applications that an earlier resend pins, of those whose remote bases or
   * charts cannot be read, and of those that a cluster has lost while newer inputs are withheld.
   */
  void found(FindingBatch batch) {
    for (Finding finding : batch.findings()) {
      Optional<String> why =
          switch (finding) {
            case Finding.Held(_, _, Hold hold) -> pinnedTo(hold);
            case Finding.Refused(_, _, Failure failure, _)
                when failure.code() == SourceFailure.REMOTE_UNREACHABLE ->
                Optional.of(failure.message());
            case Finding.Differs differs ->
                state
                    .application(differs.definition().application())
                    .flatMap(application -> withheld(application, differs.cluster().name()));
            case Finding.Refused _, Finding.Same _ -> Optional.empty();
          };
      why.ifPresent(
          reason ->
              state
                  .application(finding.definition().application())
                  .ifPresent(application -> last(application, finding.cluster().name(), reason)));
    }
  }

  /** Returns why Git does not say what to send again to a cluster that has lost it. */
  private static Optional<String> withheld(ApplicationState application, ClusterName cluster) {
    return Optional.ofNullable(application.demands().get(cluster))
        .filter(Demand::hasLoss)
        .flatMap(_ -> application.withheld(cluster))
        .map(withheld -> "the inputs in Git wait for %s".formatted(withheld.waitsFor()));
  }

  /** Reads what was sent last to a cluster, if a new generation is demanded there. */
  private void last(ApplicationState application, ClusterName cluster, String why) {
    Demand demand = application.demands().get(cluster);
    Dispatched last = application.dispatched().get(cluster);
    if (demand == null
        || !isMet(application, cluster, demand)
        || last == null
        || last.inputDigest().isEmpty()
        || application.isSuspended(cluster)) {
      return;
    }
    WantedTarget wanted =
        new WantedTarget(
            cluster,
            application.application(),
            last.generation(),
            last.sentAt(),
            last.inputDigest());
    if (asked.add(wanted)) {
      start(wanted, answer -> new PartitionInput.LastRead(wanted, why, answer));
    }
  }

  /** Sends what was sent last again, if it is still demanded. */
  void lastRead(PartitionInput.LastRead read, TransactionBatch batch, Instant now) {
    handled();
    WantedTarget wanted = read.wanted();
    switch (read.answer()) {
      case RecordedAnswer.Found(var target, _) -> {
        asked.remove(wanted);
        batch.add(decider.repeated(target, read.why(), now));
        // other inputs may have been sent, and demanded again, since this was read
        state
            .application(wanted.application())
            .filter(application -> !isLast(wanted, application))
            .ifPresent(this::meet);
      }
      case RecordedAnswer.Unreadable(String reason) -> {
        note(wanted, reason);
        var unused =
            timers.schedule(
                () -> inputs.accept(new PartitionInput.LastReadDue(wanted)),
                PAUSE.toMillis(),
                TimeUnit.MILLISECONDS);
      }
      case RecordedAnswer.Missing(String reason) -> {
        // asked again only for another command
        asked.remove(wanted);
        note(wanted, reason + remedy(wanted));
        batch.add(decider.unrecorded(wanted.application(), wanted.cluster(), reason, now));
      }
    }
  }

  /** Returns whether a target is still what was sent last. */
  private static boolean isLast(WantedTarget wanted, ApplicationState application) {
    Dispatched last = application.dispatched().get(wanted.cluster());
    return last != null && last.generation().equals(wanted.generation());
  }

  /** Reads again what could not be read, if it is still demanded. */
  void due(PartitionInput.LastReadDue due) {
    WantedTarget wanted = due.wanted();
    asked.remove(wanted);
    state.application(wanted.application()).ifPresent(this::meet);
  }

  /** Returns what else sends something to a cluster that has lost its target. */
  private String remedy(WantedTarget wanted) {
    return state
        .application(wanted.application())
        .flatMap(application -> withheld(application, wanted.cluster()))
        .map("; %s: sluice release sends these"::formatted)
        .orElse("");
  }

  private static void note(WantedTarget wanted, String reason) {
    log.atWarn()
        .addKeyValue("application", wanted.application())
        .addKeyValue("cluster", wanted.cluster())
        .log("what was sent last cannot be sent again from the log: {}", reason);
  }

  /**
   * Returns whether a demand is met from the log: that of a command; or any while only the log has
   * what is to be sent.
   */
  private static boolean isMet(ApplicationState application, ClusterName cluster, Demand demand) {
    Hold hold = application.holds().get(cluster);
    return (hold != null && hold.resent().isPresent())
        || application.withheld(cluster).isPresent()
        || demand.hasCommand();
  }
}

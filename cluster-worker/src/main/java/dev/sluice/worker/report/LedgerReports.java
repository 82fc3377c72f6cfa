package dev.sluice.worker.report;

import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.Parked;
import dev.sluice.contract.event.Heartbeat.Settled;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.ResultEvent.LedgerSummary.Phase;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.ledger.Ledger;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The state of each application of a cluster, reported when it changes. It is derived from the
 * ledgers at the start of a session and from the results since.
 */
public final class LedgerReports {

  /** Limits the unhealthy objects of a report; the result lists more of them. */
  private static final int HEALTH_BYTES = 4 * 1024;

  private final ClusterName cluster;
  private final Consumer<LedgerReport> out;
  private final Clock clock;
  private final Map<ApplicationName, LedgerReport> last = new ConcurrentHashMap<>();

  /**
   * Creates the reports of a session.
   *
   * @param out takes a report; must not block
   */
  public LedgerReports(ClusterName cluster, Consumer<LedgerReport> out, Clock clock) {
    this.cluster = cluster;
    this.out = out;
    this.clock = clock;
  }

  /**
   * Reports a ledger as it was found. One of an unfinished generation is reported when it ends, and
   * one with an open dead letter, whose failure it does not have, when that is tried again. Until
   * then the last report of the worker before stays.
   */
  public void found(Ledger ledger) {
    ledger
        .generation()
        .filter(_ -> ledger.isSettled())
        .ifPresent(
            generation -> {
              LedgerReport report =
                  report(
                      ledger.application(),
                      Optional.of(settled(ledger, generation)),
                      Optional.empty());
              if (ledger.deadLetter().isEmpty()) {
                change(ledger.application(), _ -> report);
              } else {
                last.put(ledger.application(), report);
              }
            });
  }

  private Settled settled(Ledger ledger, Generation generation) {
    Optional<Ledger.Finished> finished = ledger.finished();
    return new Settled(
        generation,
        ledger.commit(),
        ledger.phase() == Phase.REMOVED,
        finished.map(Ledger.Finished::at).orElseGet(clock::instant),
        finished.flatMap(Ledger.Finished::renderer),
        Optional.empty(),
        finished.isPresent() ? Optional.empty() : Optional.of(true));
  }

  /** Reports the state after a result, if the result changes it. */
  public void reported(ResultEvent result) {
    switch (result) {
      case ResultEvent.Applied applied ->
          settled(applied.subject(), false, applied.timings().appliedAt(), applied.renderer());
      case ResultEvent.Unchanged unchanged ->
          settled(unchanged.subject(), false, clock.instant(), unchanged.renderer());
      case ResultEvent.Removed removed ->
          settled(removed.subject(), true, clock.instant(), Optional.empty());
      case ResultEvent.Parked parked -> parked(parked);
      case ObservedEvent.OfHealth health -> observed(health.subject(), health.observed());
      case ResultEvent.Dispatched _,
          ResultEvent.Planned _,
          Waiting _,
          ResultEvent.Superseded _,
          ResultEvent.Retrying _,
          ResultEvent.Fenced _,
          ResultEvent.Held _,
          ResultEvent.Swept _,
          ResultEvent.WorkerHello _,
          ObservedEvent _,
          DiffAnswered _,
          ObjectsAnswered _ -> {}
    }
  }

  private void settled(Subject subject, boolean removed, Instant at, Optional<String> renderer) {
    change(
        subject.application(),
        before -> {
          Optional<Settled> same =
              before
                  .settled()
                  .filter(one -> one.generation().equals(subject.generation()))
                  .filter(one -> one.removed() == removed);
          return report(
              subject.application(),
              Optional.of(
                  new Settled(
                      subject.generation(),
                      subject.commit(),
                      removed,
                      same.map(Settled::at).orElse(at),
                      renderer.or(() -> same.flatMap(Settled::renderer)),
                      same.flatMap(Settled::health),
                      same.flatMap(Settled::found))),
              before.parked().filter(one -> one.generation().isAfter(subject.generation())));
        });
  }

  private void parked(ResultEvent.Parked parked) {
    Subject subject = parked.subject();
    change(
        subject.application(),
        before ->
            report(
                subject.application(),
                before.settled(),
                Optional.of(
                    new Parked(
                        subject.generation(),
                        subject.commit(),
                        clock.instant(),
                        ResultLimits.failure(parked.failure())))));
  }

  private void observed(Subject subject, ObservedHealth health) {
    change(
        subject.application(),
        before ->
            report(
                subject.application(),
                before
                    .settled()
                    .map(
                        one ->
                            one.removed() || !one.generation().equals(subject.generation())
                                ? one
                                : one.with(ResultLimits.health(health, HEALTH_BYTES))),
                before.parked()));
  }

  private LedgerReport report(
      ApplicationName application, Optional<Settled> settled, Optional<Parked> parked) {
    return new LedgerReport(cluster, application, settled, parked);
  }

  private void change(ApplicationName application, UnaryOperator<LedgerReport> step) {
    last.compute(
        application,
        (_, known) -> {
          LedgerReport before =
              known == null ? report(application, Optional.empty(), Optional.empty()) : known;
          LedgerReport after = step.apply(before);
          if (!after.equals(before)) {
            out.accept(after);
          }
          return after;
        });
  }
}

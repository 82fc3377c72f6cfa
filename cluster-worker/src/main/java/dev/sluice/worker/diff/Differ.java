package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDifference.Kind;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.OtherManagers;
import dev.sluice.contract.event.OwnedFields;
import dev.sluice.contract.event.QuestionEvent.DiffAsked;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.worker.adoption.AdoptionRule;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.apply.AccountRequiredException;
import dev.sluice.worker.apply.Accounts;
import dev.sluice.worker.apply.LiveObject;
import dev.sluice.worker.apply.ObjectAccess;
import dev.sluice.worker.apply.SourceRendering;
import dev.sluice.worker.claims.OtherNames;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.Planner;
import dev.sluice.worker.plan.PruneStep;
import dev.sluice.worker.plan.Stage;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.SyncRecordReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what applying the newest target of an application again would change: renders it, plans
 * it against the ledger, and compares each object with the API server's dry run. Writes nothing.
 */
public final class Differ {

  private static final Logger log = LoggerFactory.getLogger(Differ.class);
  private static final int MAX_OBJECTS = 1_000;

  private final ClusterName cluster;
  private final Accounts accounts;
  private final SyncRecordReader targets;
  private final LedgerStore ledgers;

  public Differ(
      ClusterName cluster, Accounts accounts, SyncRecordReader targets, LedgerStore ledgers) {
    this.cluster = cluster;
    this.accounts = accounts;
    this.targets = targets;
    this.ledgers = ledgers;
  }

  /**
   * Answers a question; a failure is part of the answer.
   *
   * @param newest the newest record of the application in the topic
   */
  DiffAnswered answer(EventId question, DiffAsked asked, Optional<LogEntry> newest)
      throws InterruptedException {
    Answering answering = new Answering(question, asked, newest.map(LogEntry::generation));
    if (newest.isEmpty()) {
      return answering.failed(
          new Failure(
              ApplyFailure.NOTHING_SENT,
              "nothing of %s was ever sent to %s".formatted(asked.application(), cluster),
              Failure.Stage.LEDGER,
              Optional.empty()));
    }
    try {
      Ledger ledger = ledgers.read(asked.application()).orThrow().ledger();
      answering.ledger = ledger.generation();
      Optional<SyncEvent> event = targets.read(newest.get());
      if (event.isEmpty()) {
        return answering.failed(
            new Failure(
                ApplyFailure.SUPERSEDED,
                "a newer generation is on its way: ask again",
                Failure.Stage.LEDGER,
                Optional.empty()));
      }
      return differences(event.get(), ledger, answering);
    } catch (UnreadableLedgerException e) {
      return answering.failed(e.failure());
    } catch (AccountRequiredException e) {
      return answering.failed(e.failure());
    } catch (RenderException e) {
      return answering.failed(e.failure());
    } catch (ManifestException e) {
      return answering.failed(e.failure());
    } catch (ApiException e) {
      return answering.failed(failure(cluster, e));
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      log.atError()
          .addKeyValue("application", asked.application())
          .setCause(e)
          .log("the comparison failed unexpectedly");
      return answering.failed(
          new Failure(
              ApplyFailure.INTERNAL,
              "the worker failed with %s; see its log".formatted(e.getClass().getSimpleName()),
              Failure.Stage.APPLY,
              Optional.empty()));
    }
  }

  /** Returns why a question cannot be answered. */
  static Failure failure(ClusterName cluster, ApiException e) {
    return e.isGroupUnavailable()
        ? new Failure(
            ApplyFailure.API_GROUP_UNAVAILABLE,
            String.valueOf(e.getMessage()),
            Failure.Stage.APPLY,
            Optional.empty())
        : new Failure(
            ApplyFailure.UNREACHABLE,
            "the API server of %s does not answer as it should (%d)".formatted(cluster, e.code()),
            Failure.Stage.APPLY,
            Optional.empty());
  }

  private DiffAnswered differences(SyncEvent event, Ledger ledger, Answering answering)
      throws AccountRequiredException, RenderException, ManifestException, InterruptedException {
    ObjectAccess access =
        accounts.of(
            event instanceof SyncEvent.Target target
                ? target.spec().policy().serviceAccount()
                : ledger.account());
    Discovery discovery = access.discovery();
    SharedDeclarations shared = new SharedDeclarations(discovery, ledgers);
    Plan.Ready plan = plan(event, ledger, access.rendering(), shared);
    ApplicationSpec spec =
        event instanceof SyncEvent.Target target
            ? target.spec()
            : new ApplicationSpec("", Policy.DEFAULT);
    AdoptionRule adoption =
        new AdoptionRule(spec.policy().adoption(), ledgers.installation(), ledger.applied());
    StepComparison comparison = new StepComparison(access.api(), discovery, spec, adoption);
    for (Stage stage : plan.stages()) {
      comparison.compare(stage);
    }
    List<ObjectDifference> differences = new ArrayList<>(comparison.differences());
    Set<ObjectId> staying = plan.prunes().isEmpty() ? Set.of() : shared.sharedWithOthers(ledger);
    for (PruneStep step : plan.prunes()) {
      Optional<ObjectNode> live = discovery.read(step.ref());
      if (live.isPresent()
          && !hasOtherName(discovery, step.ref(), live.get(), plan)
          && !staying.contains(step.ref().id())) {
        differences.add(
            new ObjectDifference(step.ref(), Kind.DELETED, List.of(), Optional.empty()));
      }
    }
    return answering.differs(differences, comparison.owned());
  }

  /** Returns whether the plan has the object under its name in another API group. */
  private static boolean hasOtherName(
      Discovery discovery, ObjectRef ref, ObjectNode live, Plan.Ready plan)
      throws InterruptedException {
    List<ObjectRef> names =
        plan.claims().stream().filter(other -> other.id().isNamesakeOf(ref.id())).toList();
    return new OtherNames(discovery).find(names, new LiveObject(live).uid()).isPresent();
  }

  private static Plan.Ready plan(
      SyncEvent event, Ledger ledger, SourceRendering rendering, SharedDeclarations shared)
      throws RenderException, ManifestException, InterruptedException {
    return switch (event) {
      case SyncEvent.Removal removal ->
          new Planner().removal(ledger.inventory(), removal.orphan(), false);
      case SyncEvent.Target target -> {
        // a held plan is shown too, since an approval is based on it
        Planner.Request request =
            new Planner.Request(
                shared.asWritten(
                    rendering.render(target, ledger.inventory()).manifests(),
                    target.spec().policy()),
                ledger.inventory(),
                ledger.inventory().ids(),
                target.spec().policy(),
                true,
                Planner.Runs.NONE);
        yield switch (new Planner().plan(request)) {
          case Plan.Ready ready -> ready;
          case Plan.Held held -> held.ready();
          case Plan.Refused _ -> throw ManifestException.empty(target.sources().getFirst().path());
        };
      }
    };
  }

  /** An answer under construction. */
  private final class Answering {

    private final EventId question;
    private final DiffAsked asked;
    private final Optional<Generation> generation;
    private Optional<Generation> ledger = Optional.empty();

    Answering(EventId question, DiffAsked asked, Optional<Generation> generation) {
      this.question = question;
      this.asked = asked;
      this.generation = generation;
    }

    DiffAnswered differs(List<ObjectDifference> differences, List<OwnedFields> owned) {
      List<ObjectDifference> listed = first(differences);
      List<OwnedFields> named = first(owned);
      return answer(
          listed,
          differences.size() - listed.size(),
          Optional.empty(),
          Optional.of(new OtherManagers(named, owned.size() - named.size())));
    }

    DiffAnswered failed(Failure failure) {
      return answer(List.of(), 0, Optional.of(failure), Optional.empty());
    }

    private static <T> List<T> first(List<T> all) {
      return all.subList(0, Math.min(all.size(), MAX_OBJECTS));
    }

    private DiffAnswered answer(
        List<ObjectDifference> differences,
        int omitted,
        Optional<Failure> failure,
        Optional<OtherManagers> otherManagers) {
      return new DiffAnswered(
          cluster,
          asked.application(),
          question,
          asked.by(),
          generation,
          ledger,
          differences,
          omitted,
          failure,
          Optional.empty(),
          Optional.empty(),
          otherManagers);
    }
  }
}

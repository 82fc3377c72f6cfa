package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.InputInspector.ChangedPaths;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Repositories;
import dev.sluice.inputs.signature.CommitSignatures;
import dev.sluice.platform.process.LargePayloads;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Evaluation of a ref: fetches it, finds the applications whose inputs differ, and hands over the
 * findings in batches. Blocks; for virtual threads.
 */
public final class Evaluation {

  /** Writer of batches of findings; returns once the batch is committed. */
  public interface Sink {
    void write(FindingBatch batch) throws InterruptedException;
  }

  private final Repositories repositories;
  private final InputInspector inspector;
  private final Clock clock;

  public Evaluation(Repositories repositories, InputInspector inspector, Clock clock) {
    this.repositories = repositories;
    this.inspector = inspector;
    this.clock = clock;
  }

  /**
   * Evaluates a ref.
   *
   * @param payloads limits the inputs that the process has in memory
   */
  public EvaluationOutcome run(EvaluationRequest request, LargePayloads payloads, Sink sink)
      throws InterruptedException {
    Output output = new Output(payloads, sink);
    return switch (request.aim()) {
      case EvaluationRequest.Aim.Fetch fetch -> fetch(request, fetch, output);
      case EvaluationRequest.Aim.Evaluate _ -> {
        Optional<CommitId> head = mirrored(request, request.known().head());
        yield head.isPresent()
            ? evaluate(request, known(request, head.get()), Optional.empty(), output)
            : fetch(request, new EvaluationRequest.Aim.Fetch(Optional.empty(), false), output);
      }
      case EvaluationRequest.Aim.Warm _ -> warm(request);
      case EvaluationRequest.Aim.Poll _ -> poll(request);
    };
  }

  /** Returns a repository's new name if its forge redirected the last fetch to it. */
  public Optional<RepositoryId> movedTo(RepositoryId repository) {
    return repositories.movedTo(repository);
  }

  /**
   * Fetches the ref and evaluates it. Once the patience is over, an expected commit that Git does
   * not show no longer delays the evaluation.
   */
  private EvaluationOutcome fetch(
      EvaluationRequest request, EvaluationRequest.Aim.Fetch aim, Output output)
      throws InterruptedException {
    GitRef ref = request.key().ref();
    // the list that is evaluated must be the one that shows whether an announced tag is there
    boolean isRange = ref.versions().isPresent();
    Optional<CommitId> awaited =
        aim.patient() || isRange ? aim.expected() : Optional.<CommitId>empty();
    FetchOutcome first = repositories.fetch(request.source(), ref, awaited);
    boolean isOverdue = first instanceof FetchOutcome.NotYet && !aim.patient();
    FetchOutcome outcome =
        isOverdue ? repositories.fetch(request.source(), ref, Optional.empty()) : first;
    Optional<CommitId> overdue = isOverdue ? aim.expected() : Optional.empty();
    return switch (outcome) {
      case FetchOutcome.At at ->
          evaluate(request, at, isRange ? overdue : unmet(request, aim, at.head()), output);
      case FetchOutcome.Gone gone ->
          new EvaluationOutcome.Gone(
              isRange ? overdue : awaited.isPresent() ? Optional.empty() : aim.expected(),
              gone.newest());
      case FetchOutcome.NotYet _ -> new EvaluationOutcome.NotYet();
      case FetchOutcome.Failed failed ->
          new EvaluationOutcome.Failed(failed.code(), failed.reason(), failed.retryable());
    };
  }

  private Optional<CommitId> unmet(
      EvaluationRequest request, EvaluationRequest.Aim.Fetch aim, CommitId head) {
    return aim.patient()
        ? Optional.empty()
        : aim.expected()
            .filter(expected -> !repositories.contains(request.key().repository(), head, expected));
  }

  private EvaluationOutcome poll(EvaluationRequest request) {
    return switch (repositories.fetch(request.source(), request.key().ref(), Optional.empty())) {
      case FetchOutcome.At at -> new EvaluationOutcome.Polled(Optional.of(at.head()), at.tag());
      case FetchOutcome.Gone _ -> new EvaluationOutcome.Polled(Optional.empty(), Optional.empty());
      case FetchOutcome.NotYet _ -> new EvaluationOutcome.NotYet();
      case FetchOutcome.Failed failed ->
          new EvaluationOutcome.Failed(failed.code(), failed.reason(), failed.retryable());
    };
  }

  private EvaluationOutcome warm(EvaluationRequest request) {
    Optional<CommitId> head = mirrored(request, request.known().head());
    if (head.isEmpty()) {
      return new EvaluationOutcome.Failed(
          SourceFailure.REPOSITORY_UNREADABLE,
          "the mirror does not have the ref's last known commit",
          true);
    }
    SourceCommits commits = sourceCommits(request, known(request, head.get()));
    ChangedPaths none = new ChangedPaths(request.key(), Set.of());
    Set<ApplicationName> differing = new TreeSet<>();
    Set<ApplicationName> retry = new TreeSet<>();
    for (var application : request.known().applications()) {
      if (commits.isComplete(application.definition().orElseThrow())) {
        Inspection result = inspector.inspect(application, commits, none, "");
        if (result.differs()) {
          differing.add(application.application());
        }
        // fixed by a change while no dispatcher ran: no event is left that would trigger an
        // evaluation; nor is there one for trusted keys, which the next evaluation watches
        if (result.isUnreachable() || result.isRecovered() || result.isUnverified()) {
          retry.add(application.application());
        }
      }
    }
    return new EvaluationOutcome.Warmed(head.get(), differing, retry);
  }

  /**
   * Returns the inspection of one application at the known heads; empty if Git does not have them.
   */
  Optional<List<Inspection>> compare(EvaluationRequest request, ApplicationState state) {
    if (mirrored(request, request.known().head()).isEmpty()) {
      var unused = repositories.fetch(request.source(), request.key().ref(), Optional.empty());
    }
    Definition definition = state.definition().orElseThrow();
    Optional<SourceCommits> commits =
        mirrored(request, request.known().head())
            .map(head -> sourceCommits(request, known(request, head)))
            .filter(
                found -> found.unreachable(definition).isEmpty() && found.isComplete(definition));
    ChangedPaths none = new ChangedPaths(request.key(), Set.of());
    return commits.map(found -> List.of(inspector.inspect(state, found, none, "")));
  }

  private EvaluationOutcome evaluate(
      EvaluationRequest request, FetchOutcome.At at, Optional<CommitId> unmet, Output output)
      throws InterruptedException {
    Instant fetchedAt = clock.instant();
    RefKey key = request.key();
    CommitId commit = at.head();
    SourceCommits commits = sourceCommits(request, at);
    List<Inspection> results = InspectionOrder.of(inspect(request, commit, commits));
    Map<ClusterName, Integer> batchSizes = new HashMap<>();
    for (Inspection result : results) {
      result.recipients().forEach(cluster -> batchSizes.merge(cluster.name(), 1, Integer::sum));
    }
    results.stream()
        .filter(result -> !result.changed().isEmpty())
        .flatMap(result -> result.definition().sources().stream())
        .collect(Collectors.toMap(RefKey::of, commits::commit, (one, _) -> one))
        .forEach((ref, head) -> repositories.keep(ref.repository(), head));
    FindingBatch.Evaluated evaluated =
        new FindingBatch.Evaluated(
            key,
            commit,
            at.tag(),
            fetchedAt,
            Map.copyOf(batchSizes),
            request.known().applications().size(),
            newCommits(request, commit),
            commands(results),
            unmet,
            commits.trustedKeys());
    FindingBatches batches = new FindingBatches(evaluated, output.sink());
    Set<ApplicationName> last = InspectionOrder.notBefore(results);
    List<Inspection> large = new ArrayList<>();
    for (Inspection result : results) {
      if (last.contains(result.state().application())) {
        large.add(result);
      } else {
        result.findings(batches::add);
      }
    }
    if (!large.isEmpty()) {
      batches.write(false); // what is small does not wait for memory
    }
    for (Inspection result : large) {
      try (LargePayloads.Room _ = output.payloads().enter(result.largest())) {
        result.findings(batches::add);
        batches.write(false);
      }
    }
    batches.write(true);
    return new EvaluationOutcome.Done();
  }

  private record Output(LargePayloads payloads, Sink sink) {}

  private static Map<ApplicationName, Set<EventId>> commands(List<Inspection> results) {
    return results.stream()
        .filter(result -> !result.commands().isEmpty())
        .collect(
            Collectors.toMap(
                result -> result.state().application(), Inspection::commands, (one, _) -> one));
  }

  private int newCommits(EvaluationRequest request, CommitId commit) {
    Optional<CommitId> before = request.known().head();
    if (before.equals(Optional.of(commit))) {
      return 0;
    }
    // without the earlier head, or after a force-push to an ancestor of it, it still is a change
    return mirrored(request, before)
        .map(head -> Math.max(1, repositories.newCommits(request.key().repository(), head, commit)))
        .orElse(1);
  }

  private List<Inspection> inspect(
      EvaluationRequest request, CommitId commit, SourceCommits commits) {
    EvaluationRequest.Known known = request.known();
    RefKey key = request.key();
    Optional<CommitId> indexed = mirrored(request, known.indexed());
    // without an index every application is inspected, and the paths only serve as reasons
    Optional<CommitId> since = indexed.or(() -> mirrored(request, known.head()));
    Set<String> paths =
        since
            .filter(from -> !from.equals(commit))
            .map(from -> repositories.changedPaths(key.repository(), from, commit))
            .orElse(Set.of());
    Set<ApplicationName> candidates =
        indexed.isPresent() ? inspector.candidates(key, paths) : Set.of();
    List<Inspection> results = new ArrayList<>();
    for (var application : known.applications()) {
      String marked = known.marked().get(application.application());
      if ((indexed.isEmpty()
              || candidates.contains(application.application())
              || marked != null
              || application.awaiting().isPresent())
          && commits.isComplete(application.definition().orElseThrow())) {
        results.add(
            inspector.inspect(
                application,
                commits,
                new ChangedPaths(key, paths),
                marked == null ? reason(application) : marked));
      }
    }
    return results;
  }

  /** Returns why an application is inspected, if the triggers do not say it. */
  private static String reason(ApplicationState application) {
    return application.demands().isEmpty() && application.awaiting().isEmpty()
        ? "definition"
        : "command";
  }

  /** Returns the commits of all sources; for an unavailable one, the reason. */
  private SourceCommits sourceCommits(EvaluationRequest request, FetchOutcome.At at) {
    Map<RefKey, FetchOutcome.At> commits = new HashMap<>();
    Map<RefKey, String> unreachable = new HashMap<>();
    commits.put(request.key(), at);
    for (EvaluationRequest.Other other : request.known().others()) {
      SourceSpec source = other.source();
      if (repositories.has(source.repository(), other.head())) {
        commits.put(RefKey.of(source), new FetchOutcome.At(other.head(), other.tag()));
        continue;
      }
      // the mirror was lost: the current head will soon be evaluated anyway
      switch (repositories.fetch(source, source.ref(), Optional.empty())) {
        case FetchOutcome.At fetched -> commits.put(RefKey.of(source), fetched);
        case FetchOutcome.Failed failed -> unreachable.put(RefKey.of(source), failed.reason());
        case FetchOutcome.Gone _, FetchOutcome.NotYet _ ->
            unreachable.put(RefKey.of(source), "%s is gone".formatted(RefKey.of(source)));
      }
    }
    return new SourceCommits(
        repositories, commits, unreachable, new CommitSignatures(repositories, clock.instant()));
  }

  private static FetchOutcome.At known(EvaluationRequest request, CommitId head) {
    return new FetchOutcome.At(head, request.known().tag());
  }

  private Optional<CommitId> mirrored(EvaluationRequest request, Optional<CommitId> commit) {
    return commit.filter(id -> repositories.has(request.key().repository(), id));
  }
}

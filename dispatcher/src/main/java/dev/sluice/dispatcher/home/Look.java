package dev.sluice.dispatcher.home;

import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.git.FetchOutcome;
import dev.sluice.dispatcher.git.Mirrors;
import dev.sluice.dispatcher.git.SourceTree;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One look at a ref: fetches, finds the applications whose inputs differ, and hands over what they
 * are, part by part. Blocks; for virtual threads.
 */
final class Look {

  /** Takes a part and returns once it is written. */
  interface Sink {
    void write(Part part) throws InterruptedException;
  }

  private static final int MAX_FINDINGS = 200;
  private static final long MAX_BYTES = 8L * 1024 * 1024;

  private final Mirrors mirrors;
  private final Inspector inspector;
  private final Clock clock;

  Look(Mirrors mirrors, Inspector inspector, Clock clock) {
    this.mirrors = mirrors;
    this.inspector = inspector;
    this.clock = clock;
  }

  LookEnd run(LookRequest request, Sink sink) throws InterruptedException {
    return switch (request.aim()) {
      case LookRequest.Aim.Fetch fetch -> fetch(request, fetch.expected(), sink);
      case LookRequest.Aim.Evaluate _ -> {
        Optional<CommitId> head = mirrored(request, request.known().head());
        yield head.isPresent()
            ? evaluate(request, head.get(), sink)
            : fetch(request, Optional.empty(), sink);
      }
      case LookRequest.Aim.Warm _ -> warm(request);
      case LookRequest.Aim.Sweep _ -> sweep(request);
    };
  }

  private LookEnd fetch(LookRequest request, Optional<CommitId> expected, Sink sink)
      throws InterruptedException {
    return switch (mirrors.fetch(request.source(), request.key().ref(), expected)) {
      case FetchOutcome.At at -> evaluate(request, at.head(), sink);
      case FetchOutcome.Gone _ -> new LookEnd.Gone();
      case FetchOutcome.NotYet _ -> new LookEnd.NotYet();
      case FetchOutcome.Failed failed -> new LookEnd.Failed(failed.reason(), failed.retryable());
    };
  }

  private LookEnd sweep(LookRequest request) {
    return switch (mirrors.fetch(request.source(), request.key().ref(), Optional.empty())) {
      case FetchOutcome.At at -> new LookEnd.Swept(Optional.of(at.head()));
      case FetchOutcome.Gone _ -> new LookEnd.Swept(Optional.empty());
      case FetchOutcome.NotYet _ -> new LookEnd.NotYet();
      case FetchOutcome.Failed failed -> new LookEnd.Failed(failed.reason(), failed.retryable());
    };
  }

  private LookEnd warm(LookRequest request) {
    Optional<CommitId> head = mirrored(request, request.known().head());
    if (head.isEmpty()) {
      return new LookEnd.Failed("the mirror does not have the ref's last known commit", true);
    }
    SourceTree tree = mirrors.tree(request.key().repository(), head.get());
    Set<ApplicationName> differing = new TreeSet<>();
    for (var application : request.known().applications()) {
      Inspector.Result result = inspector.inspect(application, tree, Set.of());
      if (result.differs()) {
        differing.add(application.application());
      }
    }
    return new LookEnd.Warmed(head.get(), differing);
  }

  private LookEnd evaluate(LookRequest request, CommitId commit, Sink sink)
      throws InterruptedException {
    Instant fetchedAt = clock.instant();
    RefKey key = request.key();
    SourceTree tree = mirrors.tree(key.repository(), commit);
    List<Inspector.Result> results = inspect(request, commit, tree);
    Map<ClusterName, Integer> batchSizes = new HashMap<>();
    for (Inspector.Result result : results) {
      result
          .changed()
          .forEach(changed -> batchSizes.merge(changed.cluster().name(), 1, Integer::sum));
    }
    if (!batchSizes.isEmpty()) {
      mirrors.keep(key.repository(), commit);
    }
    Part.Seen seen =
        new Part.Seen(
            key, commit, fetchedAt, Map.copyOf(batchSizes), request.known().applications().size());
    List<Finding> findings = new ArrayList<>();
    long bytes = 0;
    for (Inspector.Result result : results) {
      List<SourceInputs> inputs =
          result.changed().isEmpty() ? List.of() : result.load(key.ref(), commit, tree);
      for (Finding finding : result.findings(inputs)) {
        long size = finding instanceof Finding.Differs differs ? differs.payload().bytes() : 0;
        if (!findings.isEmpty() && (bytes + size > MAX_BYTES || findings.size() >= MAX_FINDINGS)) {
          sink.write(new Part(seen, findings, false));
          findings = new ArrayList<>();
          bytes = 0;
        }
        findings.add(finding);
        bytes += size;
      }
    }
    sink.write(new Part(seen, findings, true));
    return new LookEnd.Done();
  }

  private List<Inspector.Result> inspect(LookRequest request, CommitId commit, SourceTree tree) {
    LookRequest.Known known = request.known();
    RefKey key = request.key();
    Optional<CommitId> indexed = mirrored(request, known.indexed());
    // without an index everything is looked at, and the paths only serve as reasons
    Optional<CommitId> since = indexed.or(() -> mirrored(request, known.head()));
    Set<String> paths =
        since
            .filter(from -> !from.equals(commit))
            .map(from -> mirrors.changedPaths(key.repository(), from, commit))
            .orElse(Set.of());
    Set<ApplicationName> candidates =
        indexed.isPresent() ? inspector.candidates(key, paths) : Set.of();
    List<Inspector.Result> results = new ArrayList<>();
    for (var application : known.applications()) {
      if (indexed.isEmpty()
          || candidates.contains(application.application())
          || known.marked().contains(application.application())) {
        results.add(inspector.inspect(application, tree, paths));
      }
    }
    return results;
  }

  private Optional<CommitId> mirrored(LookRequest request, Optional<CommitId> commit) {
    return commit.filter(id -> mirrors.has(request.key().repository(), id));
  }
}

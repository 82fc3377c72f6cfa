package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.fleet.FleetPushes.Push;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.Mirrors;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches of the refs that the generators and includes of a fleet read, in the same way as the
 * fleet's own: each is fetched when it is followed first, after pushes that {@code changes} has,
 * and at intervals. A ref that cannot be read any longer stays at the commit that was read last.
 * Used by the intake's thread only, which it holds up by no fetch.
 */
final class GeneratorWatches implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GeneratorWatches.class);

  private static final RefWatch.Remedies REMEDIES =
      new RefWatch.Remedies(
          "correct the ref of the generator or FleetInclude",
          "spec.credentials, spec.ssh or spec.https of the Repository");

  private final Mirrors mirrors;
  private final RetryTiming timing;
  private final FleetPushes pushes;
  private final Clock clock;
  private final Map<GeneratorSource, Followed> followed = new HashMap<>();

  private record Followed(RefWatch watch, SeenRef seen) {}

  /**
   * Creates the watches of nothing.
   *
   * @param pushes are closed with the watches
   */
  GeneratorWatches(Mirrors mirrors, RetryTiming timing, FleetPushes pushes, Clock clock) {
    this.mirrors = mirrors;
    this.timing = timing;
    this.pushes = pushes;
    this.clock = clock;
  }

  /** Follows these refs only. */
  void follow(Set<GeneratorSource> sources) {
    if (sources.equals(followed.keySet())) {
      return;
    }
    pushes.follow(repositories(sources)); // first, so that no push is between it and the fetch
    for (GeneratorSource source : Set.copyOf(followed.keySet())) {
      if (!sources.contains(source)) {
        followed.remove(source).watch.close();
      }
    }
    for (GeneratorSource source : sources) {
      followed.computeIfAbsent(
          source,
          one ->
              new Followed(
                  RefWatch.start(
                      one.repository(), Optional.of(one.ref()), REMEDIES, mirrors, timing, clock),
                  new SeenRef()));
    }
  }

  private static Set<RepositoryId> repositories(Set<GeneratorSource> sources) {
    return sources.stream()
        .map(source -> source.repository().repository())
        .collect(Collectors.toSet());
  }

  /** Takes what is new, and returns whether generators may have other results. */
  boolean look() {
    List<Push> read = pushes.read();
    boolean isNew = false;
    for (Map.Entry<GeneratorSource, Followed> entry : followed.entrySet()) {
      String key = entry.getKey().repository().repository().key();
      Followed one = entry.getValue();
      read.stream().filter(push -> push.key().equals(key)).forEach(one.watch::pushed);
      Optional<RefWatch.Seen> seen = one.watch.next();
      isNew |= seen.filter(found -> take(entry.getKey(), one.seen, found)).isPresent();
    }
    return isNew;
  }

  private static boolean take(GeneratorSource source, SeenRef ref, RefWatch.Seen seen) {
    boolean isNew = ref.take(seen);
    if (isNew && seen instanceof RefWatch.Seen.At at) {
      log.atInfo()
          .addKeyValue("repository", source.repository().repository())
          .addKeyValue("commit", at.head())
          .log("ApplicationSets and FleetIncludes read {}", source);
    }
    return isNew;
  }

  /** Has a ref fetched again whose files could not be read. */
  void unreadable(GeneratorSource source, String reason) {
    Followed one = followed.get(source);
    if (one != null) {
      one.seen.lose(Optional.of(reason));
      one.watch.repeat();
    }
  }

  /** Returns why refs cannot be read that were read before. */
  List<String> failures() {
    return followed.entrySet().stream()
        .flatMap(entry -> failure(entry.getKey(), entry.getValue().seen).stream())
        .sorted()
        .toList();
  }

  private static Optional<String> failure(GeneratorSource source, SeenRef ref) {
    return ref.commit()
        .flatMap(
            commit ->
                ref.failure()
                    .map(
                        reason ->
                            "%s, which ApplicationSets or FleetIncludes read, cannot be read, and %s is used: %s"
                                .formatted(source, commit.abbreviated(), reason)));
  }

  /** Returns the refs as generators of these documents see them. */
  GeneratorTrees trees(FleetInput documents) {
    return source ->
        documents
            .commitOf(source)
            .<GeneratorTrees.Answer>map(commit -> at(source, commit))
            .orElseGet(() -> of(source));
  }

  private GeneratorTrees.Answer of(GeneratorSource source) {
    Followed one = followed.get(source);
    if (one == null) {
      return new GeneratorTrees.Answer.Pending();
    }
    RepositoryId repository = source.repository().repository();
    if (one.seen.commit().filter(commit -> !mirrors.has(repository, commit)).isPresent()) {
      one.seen.lose(Optional.empty()); // its mirror was deleted to make room
      one.watch.repeat();
    }
    return one.seen
        .commit()
        .<GeneratorTrees.Answer>map(commit -> at(source, commit))
        .or(() -> one.seen.failure().map(GeneratorTrees.Answer.Unavailable::new))
        .orElseGet(GeneratorTrees.Answer.Pending::new);
  }

  private GeneratorTrees.Answer.At at(GeneratorSource source, CommitId commit) {
    return new GeneratorTrees.Answer.At(
        commit, mirrors.tree(source.repository().repository(), commit));
  }

  @Override
  public void close() {
    try (pushes) {
      followed.values().forEach(one -> one.watch.close());
    }
  }
}

package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Repositories;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.signature.CommitSignatures;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Commits that an evaluation uses, one for each ref. */
final class SourceCommits {

  private final Repositories repositories;
  private final Map<RefKey, FetchOutcome.At> heads;
  private final Map<RefKey, FetchOutcome.At> commits;
  private final Map<RefKey, String> unreachable;
  private final CommitSignatures signatures;
  private final Map<RefKey, SourceTree> trees = new HashMap<>();

  /**
   * Creates the commits of an evaluation, which must have been fetched.
   *
   * @param commits by ref
   * @param unreachable refs whose commit is unavailable now, with the reason
   * @param signatures verifies the commits
   */
  SourceCommits(
      Repositories repositories,
      Map<RefKey, FetchOutcome.At> commits,
      Map<RefKey, String> unreachable,
      CommitSignatures signatures) {
    this(repositories, commits, commits, unreachable, signatures);
  }

  private SourceCommits(
      Repositories repositories,
      Map<RefKey, FetchOutcome.At> heads,
      Map<RefKey, FetchOutcome.At> commits,
      Map<RefKey, String> unreachable,
      CommitSignatures signatures) {
    this.repositories = repositories;
    this.heads = Map.copyOf(heads);
    this.commits = Map.copyOf(commits);
    this.unreachable = Map.copyOf(unreachable);
    this.signatures = signatures;
  }

  /** Returns whether each source has a commit, or a reason why it is unavailable. */
  boolean isComplete(Definition definition) {
    return definition.sources().stream()
        .map(RefKey::of)
        .allMatch(ref -> commits.containsKey(ref) || unreachable.containsKey(ref));
  }

  /** Returns why a source's commit is unavailable; empty if all are available. */
  Optional<String> unreachable(Definition definition) {
    return definition.sources().stream()
        .flatMap(source -> Optional.ofNullable(unreachable.get(RefKey.of(source))).stream())
        .findFirst();
  }

  CommitId commit(SourceSpec source) {
    return at(source).head();
  }

  /** Returns the name of the tag that was chosen, if the source follows a range of versions. */
  Optional<String> tag(SourceSpec source) {
    return at(source).tag();
  }

  private FetchOutcome.At at(SourceSpec source) {
    FetchOutcome.At at = commits.get(RefKey.of(source));
    if (at == null) {
      throw new IllegalStateException("no head of " + RefKey.of(source) + " is known");
    }
    return at;
  }

  /**
   * Returns why a source's commit is not to be sent; empty if its signatures are accepted, or none
   * are required.
   *
   * @param sent the source's commit that was sent last
   */
  Optional<Failure> refusal(SourceSpec source, Optional<CommitId> sent) {
    return signatures.refusal(source, commit(source), tag(source), sent);
  }

  /** Returns the digests of the trusted keys that commits were verified with. */
  Map<Verification, String> trustedKeys() {
    return signatures.digests();
  }

  /** Returns the number of commits that the ref's head has and the source's commit has not. */
  int behind(SourceSpec source) {
    FetchOutcome.At head = heads.get(RefKey.of(source));
    FetchOutcome.At at = commits.get(RefKey.of(source));
    return head == null || at == null || head.head().equals(at.head())
        ? 0
        : repositories.newCommits(source.repository(), at.head(), head.head());
  }

  /** Returns these commits with another one for one ref; empty if the mirror does not have it. */
  Optional<SourceCommits> with(SourceSpec source, CommitId commit) {
    if (!repositories.has(source.repository(), commit)) {
      return Optional.empty();
    }
    Map<RefKey, FetchOutcome.At> changed = new HashMap<>(commits);
    FetchOutcome.At head = commits.get(RefKey.of(source));
    changed.put(
        RefKey.of(source),
        head != null && head.head().equals(commit) ? head : new FetchOutcome.At(commit));
    return Optional.of(new SourceCommits(repositories, heads, changed, unreachable, signatures));
  }

  /** Returns the files of a source; empty if its commit is unavailable now. */
  Optional<SourceTree> reachableTree(SourceSpec source) {
    return commits.containsKey(RefKey.of(source)) ? Optional.of(tree(source)) : Optional.empty();
  }

  SourceTree tree(SourceSpec source) {
    return trees.computeIfAbsent(
        RefKey.of(source), key -> repositories.tree(key.repository(), commit(source)));
  }
}

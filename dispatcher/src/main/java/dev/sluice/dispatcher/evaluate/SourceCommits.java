package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The commits that a look goes by: one for each ref. */
final class SourceCommits {

  private final Mirrors mirrors;
  private final Map<RefKey, CommitId> commits;
  private final Map<RefKey, String> unreached;
  private final Map<RefKey, SourceTree> trees = new HashMap<>();

  /**
   * Commits that the mirrors have.
   *
   * @param commits by ref
   * @param unreached refs whose commit cannot be had now, and why
   */
  SourceCommits(Mirrors mirrors, Map<RefKey, CommitId> commits, Map<RefKey, String> unreached) {
    this.mirrors = mirrors;
    this.commits = Map.copyOf(commits);
    this.unreached = Map.copyOf(unreached);
  }

  /** Whether something can be said: of each source there is a commit, or a reason against it. */
  boolean tell(Definition definition) {
    return definition.sources().stream()
        .map(RefKey::of)
        .allMatch(ref -> commits.containsKey(ref) || unreached.containsKey(ref));
  }

  /** Why a source's commit cannot be had, if that is so. */
  Optional<String> unreached(Definition definition) {
    return definition.sources().stream()
        .flatMap(source -> Optional.ofNullable(unreached.get(RefKey.of(source))).stream())
        .findFirst();
  }

  CommitId commit(SourceSpec source) {
    CommitId commit = commits.get(RefKey.of(source));
    if (commit == null) {
      throw new IllegalStateException("no head of " + RefKey.of(source) + " is known");
    }
    return commit;
  }

  /** The same but for one ref; empty if the mirror does not have that commit. */
  Optional<SourceCommits> with(SourceSpec source, CommitId commit) {
    if (!mirrors.has(source.repository(), commit)) {
      return Optional.empty();
    }
    Map<RefKey, CommitId> changed = new HashMap<>(commits);
    changed.put(RefKey.of(source), commit);
    return Optional.of(new SourceCommits(mirrors, changed, unreached));
  }

  /** Returns the files of a source; empty if its commit cannot be had now. */
  Optional<SourceTree> reached(SourceSpec source) {
    return commits.containsKey(RefKey.of(source)) ? Optional.of(tree(source)) : Optional.empty();
  }

  SourceTree tree(SourceSpec source) {
    return trees.computeIfAbsent(
        RefKey.of(source), key -> mirrors.tree(key.repository(), commit(source)));
  }
}

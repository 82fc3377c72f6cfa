package dev.sluice.dispatcher.partition;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.MemoryTree;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Repositories;
import dev.sluice.inputs.git.SignedObjects;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TagList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A forge with one repository in memory, and the mirror that was fetched from it. The forge may
 * show an earlier state than the pushed one, as a replica does, or be unreachable.
 */
final class SimulatedForge implements Repositories {

  private static final FetchOutcome.Failed UNREACHABLE =
      new FetchOutcome.Failed(SourceFailure.REPOSITORY_UNREADABLE, "unreachable", true);

  private record Commit(Optional<CommitId> parent, MemoryTree tree) {}

  private final Map<CommitId, Commit> commits = new LinkedHashMap<>();
  private final Map<GitRef, CommitId> pushed = new TreeMap<>();
  private final Map<GitRef, CommitId> shown = new HashMap<>();
  private final Map<GitRef, CommitId> mirroredRefs = new HashMap<>();
  private final Set<CommitId> mirrored = new HashSet<>();
  private final Set<CommitId> everShown = new HashSet<>();
  private boolean replicaLags;
  private boolean unreachable;

  /** Returns the commit of a ref; empty if it does not exist. */
  Optional<CommitId> head(GitRef ref) {
    return Optional.ofNullable(pushed.get(ref));
  }

  /** Returns all commits that were ever pushed, oldest first. */
  List<CommitId> commits() {
    return List.copyOf(commits.keySet());
  }

  MemoryTree files(CommitId commit) {
    return Objects.requireNonNull(commits.get(commit)).tree();
  }

  Optional<CommitId> parent(CommitId commit) {
    return Objects.requireNonNull(commits.get(commit)).parent();
  }

  /** Pushes a new commit. */
  CommitId commit(GitRef ref, Optional<CommitId> parent, MemoryTree tree) {
    CommitId id = new CommitId("%040x".formatted(commits.size() + 1));
    commits.put(id, new Commit(parent, tree));
    move(ref, id);
    return id;
  }

  /** Moves a ref to a commit, also backwards. */
  void move(GitRef ref, CommitId commit) {
    pushed.put(ref, commit);
    show();
  }

  void delete(GitRef ref) {
    pushed.remove(ref);
    show();
  }

  void setReplicaLags(boolean lags) {
    replicaLags = lags;
    show();
  }

  void setUnreachable(boolean value) {
    unreachable = value;
  }

  /** Loses the mirror, as on a new disk. */
  void loseMirror() {
    mirrored.clear();
    mirroredRefs.clear();
  }

  /** Returns whether the forge has shown this commit as the head of a ref. */
  boolean hasShown(CommitId commit) {
    return everShown.contains(commit);
  }

  private void show() {
    if (!replicaLags) {
      shown.clear();
      shown.putAll(pushed);
    }
  }

  @Override
  public TagList tags(SourceSpec source) {
    if (unreachable) {
      return new TagList.Unreadable(UNREACHABLE);
    }
    Map<String, Set<CommitId>> tags = new HashMap<>();
    shown.forEach((ref, commit) -> ref.tagName().ifPresent(tag -> tags.put(tag, Set.of(commit))));
    return new TagList.Listed(tags);
  }

  @Override
  public FetchOutcome fetchRef(SourceSpec source, GitRef ref, Optional<CommitId> expected) {
    if (unreachable) {
      return UNREACHABLE;
    }
    CommitId head = shown.get(ref);
    if (head == null) {
      mirroredRefs.remove(ref);
      return expected.isPresent()
          ? new FetchOutcome.NotYet(Optional.empty())
          : new FetchOutcome.Gone();
    }
    boolean moved = !head.equals(mirroredRefs.put(ref, head));
    everShown.add(head);
    mirrored.addAll(ancestry(head));
    boolean follows =
        expected.isEmpty()
            || head.equals(expected.get())
            || (mirrored.contains(expected.get())
                && (moved || ancestry(head).contains(expected.get())));
    return follows ? new FetchOutcome.At(head) : new FetchOutcome.NotYet(Optional.of(head));
  }

  @Override
  public Optional<RepositoryId> movedTo(RepositoryId repository) {
    return Optional.empty();
  }

  @Override
  public boolean has(RepositoryId repository, CommitId commit) {
    return mirrored.contains(commit);
  }

  @Override
  public boolean contains(RepositoryId repository, CommitId head, CommitId earlier) {
    return head.equals(earlier) || (mirrored.contains(head) && ancestry(head).contains(earlier));
  }

  @Override
  public int newCommits(RepositoryId repository, CommitId earlier, CommitId head) {
    Set<CommitId> added = ancestry(requireMirrored(head));
    added.removeAll(ancestry(requireMirrored(earlier)));
    return added.size();
  }

  @Override
  public SourceTree tree(RepositoryId repository, CommitId commit) {
    return files(requireMirrored(commit));
  }

  @Override
  public SignedObjects signedObjects(RepositoryId repository, CommitId commit) {
    throw new UnsupportedOperationException("its commits have no signatures");
  }

  @Override
  public Set<String> changedPaths(RepositoryId repository, CommitId from, CommitId to) {
    Map<String, String> before = files(requireMirrored(from)).contents();
    Map<String, String> after = files(requireMirrored(to)).contents();
    Set<String> paths = new HashSet<>(before.keySet());
    paths.addAll(after.keySet());
    return paths.stream()
        .filter(path -> !Objects.equals(before.get(path), after.get(path)))
        .collect(Collectors.toSet());
  }

  @Override
  public void keep(RepositoryId repository, CommitId commit) {
    requireMirrored(commit);
  }

  private CommitId requireMirrored(CommitId commit) {
    if (!mirrored.contains(commit)) {
      throw new IllegalStateException("commit %s was not fetched".formatted(commit));
    }
    return commit;
  }

  private Set<CommitId> ancestry(CommitId head) {
    Set<CommitId> ancestors = new HashSet<>();
    Optional<CommitId> next = Optional.of(head);
    while (next.isPresent()) {
      ancestors.add(next.get());
      next = parent(next.get());
    }
    return ancestors;
  }
}

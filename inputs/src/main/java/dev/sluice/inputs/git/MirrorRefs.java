package dev.sluice.inputs.git;

import dev.sluice.contract.name.GitRef;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * The refs of a mirror, all under {@code refs/sluice/}: {@code tip/} has the last known values of
 * remote refs, {@code kept/} the commits that must not be garbage-collected. A tip that is
 * rewritten or deleted is kept, so all dispatched commits stay reachable without a ref for each of
 * them, which would slow down fetches. An annotated tag is always kept, since no other object leads
 * to it.
 */
final class MirrorRefs {

  private static final String ALL = "refs/sluice/";
  private static final String TIP = ALL + "tip/";
  private static final String KEPT = ALL + "kept/";

  private final Repository repository;

  MirrorRefs(Repository repository) {
    this.repository = repository;
  }

  /**
   * Returns the name of the tip. It has no further '/', because Git allows a ref {@code a} or
   * {@code a/b} but not both, and the remote may replace one by the other.
   */
  String tipName(GitRef ref) {
    return TIP + ref.value().substring("refs/".length()).replace("%", "%25").replace("/", "%2F");
  }

  Optional<ObjectId> tip(GitRef ref) throws IOException {
    return Optional.ofNullable(repository.exactRef(tipName(ref))).map(Ref::getObjectId);
  }

  /** Returns all refs of the mirror. */
  List<Ref> all() throws IOException {
    return repository.getRefDatabase().getRefsByPrefix(ALL);
  }

  /** Moves the tip to an object that the mirror has. */
  void moveTip(GitRef ref, ObjectId value) throws IOException {
    Optional<ObjectId> before = tip(ref);
    if (before.isPresent()
        && !before.get().equals(value)
        && (isTag(before.get()) || !contains(value, before.get()))) {
      write(KEPT + before.get().name(), before.get());
    }
    write(tipName(ref), value);
  }

  /** Removes the tip of a ref that no longer exists at the remote. */
  void forget(GitRef ref) throws IOException {
    Optional<ObjectId> before = tip(ref);
    if (before.isEmpty()) {
      return;
    }
    write(KEPT + before.get().name(), before.get());
    RefUpdate deletion = repository.updateRef(tipName(ref));
    deletion.setForceUpdate(true);
    expect(deletion, deletion.delete());
  }

  /** Keeps a commit permanently. Usually a tip contains it already, and nothing is written. */
  void keep(ObjectId commit) throws IOException {
    for (Ref tip : repository.getRefDatabase().getRefsByPrefix(TIP)) {
      if (contains(tip.getObjectId(), commit)) {
        return;
      }
    }
    write(KEPT + commit.name(), commit);
  }

  private boolean isTag(ObjectId id) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      return walk.parseAny(id) instanceof RevTag;
    }
  }

  /** Returns whether {@code part} is {@code whole} or an ancestor of it; tags are peeled. */
  boolean contains(ObjectId whole, ObjectId part) throws IOException {
    if (whole.equals(part)) {
      return true;
    }
    try (RevWalk walk = new RevWalk(repository)) {
      RevObject tip = walk.peel(walk.parseAny(whole));
      RevObject base = walk.peel(walk.parseAny(part));
      return tip instanceof RevCommit later
          && base instanceof RevCommit earlier
          && walk.isMergedInto(earlier, later);
    }
  }

  /**
   * Returns whether the remote's state can be at or after the announced commit. If the announced
   * commit is in the mirror but is not an ancestor of the head, there are two cases. If this fetch
   * moved the ref, the commit was rewritten away since. If not, the remote may still show the state
   * before the announcement.
   */
  boolean follows(RefObservation.Head head, ObjectId announced) throws IOException {
    if (announced.equals(head.value()) || announced.equals(head.head())) {
      return true;
    }
    if (!repository.getObjectDatabase().has(announced)) {
      return false;
    }
    boolean moved = !head.before().equals(Optional.of(head.value()));
    return moved || contains(head.head(), announced);
  }

  private void write(String name, ObjectId value) throws IOException {
    RefUpdate update = repository.updateRef(name);
    update.setNewObjectId(value);
    update.setForceUpdate(true);
    update.disableRefLog();
    expect(update, update.update());
  }

  private static void expect(RefUpdate update, RefUpdate.Result result) throws IOException {
    switch (result) {
      case NEW, FORCED, FAST_FORWARD, NO_CHANGE -> {}
      default -> throw new IOException("ref %s: %s".formatted(update.getName(), result));
    }
  }
}

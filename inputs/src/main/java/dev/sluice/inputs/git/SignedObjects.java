package dev.sluice.inputs.git;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.revwalk.RevWalk;

/** Commits and tags of a mirror as the bytes that signatures are made of. */
public final class SignedObjects {

  /** The largest commit or tag that is read. */
  static final int MAX_BYTES = 1 << 20;

  private final Repository repository;
  private final MirrorRefs refs;

  SignedObjects(Mirror mirror) {
    this.repository = mirror.repository();
    this.refs = mirror.refs();
  }

  /**
   * Returns the bytes of a commit.
   *
   * @return empty if it is larger than 1 MiB
   * @throws IOException if the mirror does not have it
   */
  public Optional<byte[]> commit(CommitId commit) throws IOException {
    return bytes(ObjectIds.of(commit));
  }

  /**
   * Returns the commits that a head has and an earlier commit has not, newest first.
   *
   * @param limit number of commits after which older ones are left out
   * @throws IOException if the mirror does not have both
   */
  public List<CommitId> newCommits(CommitId earlier, CommitId head, int limit) throws IOException {
    List<CommitId> commits = new ArrayList<>();
    try (RevWalk walk = new RevWalk(repository)) {
      walk.setRetainBody(false);
      walk.markStart(walk.parseCommit(ObjectIds.of(head)));
      walk.markUninteresting(walk.parseCommit(ObjectIds.of(earlier)));
      for (ObjectId next = walk.next();
          next != null && commits.size() < limit;
          next = walk.next()) {
        commits.add(ObjectIds.commit(next));
      }
    }
    return commits;
  }

  /**
   * Returns the annotated tags that name a commit: that of the ref, or, if the ref has moved on or
   * is a range of versions, those that the mirror still has.
   *
   * @return an empty element for a tag that is larger than 1 MiB
   */
  public List<Optional<byte[]>> tags(GitRef ref, CommitId commit) throws IOException {
    ObjectId wanted = ObjectIds.of(commit);
    try (RevWalk walk = new RevWalk(repository)) {
      Optional<ObjectId> tip = ref.versions().isPresent() ? Optional.empty() : refs.tip(ref);
      if (tip.isPresent() && walk.peel(walk.parseAny(tip.get())).equals(wanted)) {
        return walk.parseAny(tip.get()) instanceof RevTag tag ? List.of(bytes(tag)) : List.of();
      }
      List<Optional<byte[]>> tags = new ArrayList<>();
      for (Ref known : refs.all()) {
        RevObject object = walk.parseAny(known.getObjectId());
        if (object instanceof RevTag && walk.peel(object).equals(wanted)) {
          tags.add(bytes(object));
        }
      }
      return tags;
    }
  }

  private Optional<byte[]> bytes(ObjectId id) throws IOException {
    try (ObjectReader reader = repository.newObjectReader()) {
      ObjectLoader object = reader.open(id);
      return object.getSize() > MAX_BYTES ? Optional.empty() : Optional.of(object.getBytes());
    }
  }
}

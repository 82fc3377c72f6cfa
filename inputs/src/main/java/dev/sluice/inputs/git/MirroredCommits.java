package dev.sluice.inputs.git;

import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** The commits that mirrors have, as {@link Repositories} describes them. */
final class MirroredCommits {

  static final int MAX_COUNTED = 10_000;

  private final OpenMirrors mirrors;

  MirroredCommits(OpenMirrors mirrors) {
    this.mirrors = mirrors;
  }

  boolean has(RepositoryId repository, CommitId commit) {
    return mirrors.existing(repository).filter(mirror -> has(mirror, commit)).isPresent();
  }

  boolean contains(RepositoryId repository, CommitId head, CommitId earlier) {
    try {
      Optional<Mirror> mirror = mirrors.existing(repository).filter(one -> has(one, earlier));
      return head.equals(earlier)
          || (mirror.isPresent()
              && ObjectIds.isSha1(head)
              && mirror.get().refs().contains(ObjectIds.of(head), ObjectIds.of(earlier)));
    } catch (IOException e) {
      return false;
    }
  }

  int newCommits(RepositoryId repository, CommitId earlier, CommitId head) {
    Mirror mirror = having(repository, earlier);
    try (RevWalk walk = new RevWalk(mirror.repository())) {
      walk.setRetainBody(false);
      walk.markStart(parse(walk, repository, head));
      walk.markUninteresting(parse(walk, repository, earlier));
      int counted = 0;
      while (counted < MAX_COUNTED && walk.next() != null) {
        counted++;
      }
      return counted;
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  /** Returns the description of an artifact's commit. */
  Optional<CommitSummary> artifact(RepositoryId repository, CommitId commit) {
    try {
      return ArtifactMirror.summary(having(repository, commit).repository(), ObjectIds.of(commit));
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  SourceTree tree(RepositoryId repository, CommitId commit) {
    Mirror mirror = having(repository, commit);
    try (RevWalk walk = new RevWalk(mirror.repository())) {
      return new CommitTree(
          mirror.repository(),
          parse(walk, repository, commit).getTree(),
          repository + " at " + commit.abbreviated());
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  SignedObjects signedObjects(RepositoryId repository, CommitId commit) {
    return new SignedObjects(having(repository, commit));
  }

  Set<String> changedPaths(RepositoryId repository, CommitId from, CommitId to) {
    Mirror mirror = having(repository, from);
    Set<String> changed = new HashSet<>();
    try (RevWalk commits = new RevWalk(mirror.repository());
        TreeWalk walk = new TreeWalk(mirror.repository())) {
      walk.addTree(parse(commits, repository, from).getTree());
      walk.addTree(parse(commits, repository, to).getTree());
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        changed.add(EntryNames.displayPath(walk.getRawPath()));
      }
      return changed;
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  /** Returns the newest commit that changed each of these files, as {@link Mirrors#commits}. */
  Map<String, FileCommit> changing(RepositoryId repository, CommitId commit, Set<String> files) {
    Mirror mirror = having(repository, commit);
    try (RevWalk walk = new RevWalk(mirror.repository())) {
      return new FileHistory(mirror.repository(), parse(walk, repository, commit), System::nanoTime)
          .commits(files);
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  void keep(RepositoryId repository, CommitId commit) {
    Mirror mirror = having(repository, commit);
    try {
      mirror.refs().keep(ObjectIds.of(commit));
    } catch (IOException e) {
      throw mirrors.broken(repository, e);
    }
  }

  private Mirror having(RepositoryId repository, CommitId commit) {
    return mirrors
        .existing(repository)
        .filter(mirror -> has(mirror, commit))
        .orElseThrow(() -> new NotMirroredException(repository, commit));
  }

  private static RevCommit parse(RevWalk walk, RepositoryId repository, CommitId commit)
      throws IOException {
    if (!ObjectIds.isSha1(commit)) {
      throw new NotMirroredException(repository, commit);
    }
    try {
      return walk.parseCommit(ObjectIds.of(commit));
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      throw new NotMirroredException(repository, commit);
    }
  }

  private static boolean has(Mirror mirror, CommitId commit) {
    return ObjectIds.isSha1(commit) && mirror.hasCommit(ObjectIds.of(commit));
  }
}

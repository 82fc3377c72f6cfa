package dev.sluice.inputs.git;

import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.name.GitRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Writes artifacts into a mirror as commits without parents. A commit depends on the artifact's
 * digest alone, so it has the same id in each mirror. The digest is in its message.
 */
final class ArtifactMirror {

  private static final String DIGEST = "Digest: ";
  private static final Pattern DIGEST_LINE = Pattern.compile("(?m)^" + DIGEST + "(sha256:\\S+)$");
  private static final Pattern SOURCE_PAGE =
      Pattern.compile("(?m)^Source: (https://[\\x21-\\x7e]+)$");

  private static final PersonIdent AUTHOR =
      new PersonIdent("Sluice", "artifacts@sluice.dev", Instant.EPOCH, ZoneOffset.UTC);

  private final BoundedRepository repository;
  private final MirrorRefs refs;
  private final AtomicLong packs;
  private final Artifacts artifacts;

  /**
   * Creates the writer of a mirror.
   *
   * @param packs the number of the mirror's packs
   */
  ArtifactMirror(
      BoundedRepository repository, MirrorRefs refs, AtomicLong packs, Artifacts artifacts) {
    this.repository = repository;
    this.refs = refs;
    this.packs = packs;
    this.artifacts = artifacts;
  }

  /** Returns the versions, without downloading them. */
  TagList tags(Artifacts.Place place) {
    return switch (artifacts.versions(place)) {
      case Artifacts.Listing.Versions(Set<String> names) -> new TagList.Versions(names);
      case Artifacts.Listing.Failed(FetchOutcome.Failed failure) -> new TagList.Unreadable(failure);
    };
  }

  /** Returns what a ref has now; downloads it if the mirror has another digest, or none. */
  RefObservation.Shown observe(Artifacts.Place place, GitRef ref) {
    try {
      return observed(place, ref);
    } catch (BoundedRepository.MirrorTooLargeException e) {
      return unreadable(SourceFailure.MIRROR_FULL, place, e);
    } catch (IOException e) {
      return unreadable(SourceFailure.REPOSITORY_UNREADABLE, place, e);
    }
  }

  private static RefObservation.Unreadable unreadable(
      SourceFailure code, Artifacts.Place place, IOException error) {
    return new RefObservation.Unreadable(
        new FetchOutcome.Failed(
            code,
            "%s cannot be mirrored: %s".formatted(place.repository(), error.getMessage()),
            /* retryable= */ false));
  }

  private RefObservation.Shown observed(Artifacts.Place place, GitRef ref) throws IOException {
    Optional<ObjectId> before = refs.tip(ref);
    if (before.isPresent() && Artifact.digest(ref).isPresent()) {
      return head(before.get(), before);
    }
    Optional<String> known = before.isPresent() ? digest(before.get()) : Optional.empty();
    return switch (artifacts.find(place, ref, known)) {
      case Artifacts.Found.Unchanged _ -> head(before.orElseThrow(), before);
      case Artifacts.Found.Failed(FetchOutcome.Failed failure) ->
          new RefObservation.Unreadable(failure);
      case Artifacts.Found.Content content -> {
        ObjectId commit = write(content);
        packs.incrementAndGet();
        refs.moveTip(ref, commit);
        yield head(commit, before);
      }
    };
  }

  private static RefObservation.Head head(ObjectId commit, Optional<ObjectId> before) {
    return new RefObservation.Head(commit, commit, before);
  }

  private Optional<String> digest(ObjectId commit) throws IOException {
    return DIGEST_LINE
        .matcher(message(repository, commit))
        .results()
        .reduce((_, last) -> last)
        .map(found -> found.group(1));
  }

  /** Returns the title of an artifact's commit, and the page that the artifact says it is from. */
  static Optional<CommitSummary> summary(Repository repository, ObjectId commit)
      throws IOException {
    String message = message(repository, commit);
    return CommitSummary.of(
        message.lines().findFirst(),
        Optional.empty(),
        SOURCE_PAGE.matcher(message).results().findFirst().map(found -> found.group(1)));
  }

  private static String message(Repository repository, ObjectId commit) throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      return walk.parseCommit(commit).getFullMessage();
    }
  }

  /** Writes the objects as one pack, so that the mirror has all of them or none. */
  private ObjectId write(Artifacts.Found.Content content) throws IOException {
    repository.requireRoom(content.files().values().stream().mapToLong(file -> file.length).sum());
    try (ObjectInserter inserter = repository.getObjectDatabase().newPackInserter()) {
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(tree(content.files(), inserter));
      commit.setAuthor(AUTHOR);
      commit.setCommitter(AUTHOR);
      commit.setEncoding(StandardCharsets.UTF_8);
      commit.setMessage(content.description() + DIGEST + content.digest() + "\n");
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      return id;
    }
  }

  private static ObjectId tree(SortedMap<String, byte[]> files, ObjectInserter inserter)
      throws IOException {
    DirCache index = DirCache.newInCore();
    DirCacheBuilder builder = index.builder();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      DirCacheEntry entry = new DirCacheEntry(file.getKey());
      entry.setFileMode(FileMode.REGULAR_FILE);
      entry.setObjectId(inserter.insert(Constants.OBJ_BLOB, file.getValue()));
      builder.add(entry);
    }
    builder.finish();
    return index.writeTree(inserter);
  }
}

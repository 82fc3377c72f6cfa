package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.PackLock;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.Transport;

/**
 * The mirror of one repository. It fetches from the remote one at a time; all callers that arrive
 * during a fetch share the next one.
 */
final class Mirror {

  private static final Duration LONGEST_FETCH = Duration.ofMinutes(15);

  /** The name to which the forge redirected the last fetch. */
  private volatile Optional<RepositoryId> movedTo = Optional.empty();

  private record RemoteRef(Remote remote, GitRef ref) {}

  private final RepositoryId id;
  private final Repository repository;
  private final MirrorRefs refs;
  private final AnnouncedFetches announcements;
  private final ArtifactMirror artifacts;
  private final RemoteRequests requests;
  private final Clock clock;
  private final ReentrantLock oneFetch = new ReentrantLock();
  private final AtomicLong started = new AtomicLong();
  private final AtomicLong packs;
  private final Map<RemoteRef, RefObservation> latest = new ConcurrentHashMap<>();

  /**
   * Creates the mirror for an existing repository.
   *
   * @param packs the number of packs that it has
   */
  Mirror(
      RepositoryId id,
      BoundedRepository repository,
      long packs,
      Logins logins,
      Artifacts artifacts,
      Clock clock) {
    this.id = id;
    this.repository = repository;
    this.refs = new MirrorRefs(repository);
    this.announcements = new AnnouncedFetches(repository, clock);
    this.packs = new AtomicLong(packs);
    this.artifacts = new ArtifactMirror(repository, refs, this.packs, artifacts);
    this.requests = new RemoteRequests(id, logins);
    this.clock = clock;
  }

  Repository repository() {
    return repository;
  }

  MirrorRefs refs() {
    return refs;
  }

  /** Returns the repository's new name if the forge redirected the last fetch to it. */
  Optional<RepositoryId> movedTo() {
    return movedTo;
  }

  /** Returns the number of packs received since the last garbage collection. */
  AtomicLong packs() {
    return packs;
  }

  /**
   * Returns the state of the remote ref, from a fetch that started after this call.
   *
   * @param announced the value that a webhook reported, which makes the fetch quick if the ref has
   *     it
   */
  RefObservation.Shown observe(Remote remote, GitRef ref, Optional<ObjectId> announced) {
    RemoteRef remoteRef = new RemoteRef(remote, ref);
    long startedBefore = started.get();
    oneFetch.lock();
    try {
      RefObservation last = latest.get(remoteRef);
      if (last != null && last.number() > startedBefore) {
        return last.shown();
      }
      long number = started.incrementAndGet();
      RefObservation.Shown shown = observeNow(remoteRef, announced);
      latest.put(remoteRef, new RefObservation(number, shown));
      return shown;
    } finally {
      oneFetch.unlock();
    }
  }

  /** Returns the mirrored commit of a full commit id or a tag's name. */
  Optional<ObjectId> pinned(String pin) throws IOException {
    Optional<ObjectId> value =
        ObjectId.isId(pin)
            ? Optional.of(ObjectId.fromString(pin)).filter(this::has)
            : refs.tip(GitRef.tag(pin));
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try (RevWalk walk = new RevWalk(repository)) {
      return walk.peel(walk.parseAny(value.get())) instanceof RevCommit commit
          ? Optional.of(commit.copy())
          : Optional.empty();
    }
  }

  /** Fetches a pinned commit or tag, which is then kept permanently. */
  RefObservation.Shown fetchPinned(Remote remote, String pin) {
    if (!ObjectId.isId(pin)) {
      return observe(remote, GitRef.tag(pin), Optional.empty());
    }
    return alone(
        remote,
        login -> fetchCommit(remote, ObjectId.fromString(pin), login),
        RefObservation.Unreadable::new);
  }

  /** Fetches a commit by its id, which GitHub, GitLab and other forges allow. */
  private RefObservation.Shown fetchCommit(Remote remote, ObjectId id, Optional<Remote.Login> login)
      throws IOException, URISyntaxException {
    if (!has(id)) {
      try (Transport transport = remote.open(repository, login);
          FetchConnection connection = transport.openFetch(List.of(new RefSpec(id.name())))) {
        receive(connection, new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK, id.name(), id));
        refs.keep(id);
        connection.getPackLocks().forEach(Mirror::unlock);
      }
    }
    return head(id + " of " + this.id, id, Optional.empty());
  }

  /** Returns the branch that the remote's {@code HEAD} names. */
  DefaultBranch defaultBranch(Remote remote) {
    return alone(
        remote,
        login ->
            remote
                .defaultBranch(repository, login)
                .<DefaultBranch>map(DefaultBranch.Named::new)
                .orElseGet(() -> DefaultBranch.Unknown.of(id)),
        DefaultBranch.Unknown::new);
  }

  /** Returns the tags of the remote, without fetching them. */
  TagList tags(Remote remote) {
    return remote
        .artifact()
        .map(artifacts::tags)
        .orElseGet(
            () ->
                alone(
                    remote, login -> remote.tags(repository, login, id), TagList.Unreadable::new));
  }

  boolean has(ObjectId object) {
    try {
      return repository.getObjectDatabase().has(object);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether the object is in the mirror and is a commit. */
  boolean hasCommit(ObjectId object) {
    try (ObjectReader reader = repository.newObjectReader()) {
      return reader.has(object, Constants.OBJ_COMMIT);
    } catch (IOException e) {
      return false; // also if it is another type of object
    }
  }

  private RefObservation.Shown observeNow(RemoteRef remoteRef, Optional<ObjectId> announced) {
    Optional<Artifacts.Place> artifact = remoteRef.remote().artifact();
    if (artifact.isPresent()) {
      return artifacts.observe(artifact.get(), remoteRef.ref());
    }
    return requests.make(
        remoteRef.remote(),
        login -> {
          Optional<RefObservation.Shown> confirmed =
              announced.isEmpty() ? Optional.empty() : confirm(remoteRef, announced.get(), login);
          return confirmed.isPresent() ? confirmed.get() : connect(remoteRef, login);
        },
        RefObservation.Unreadable::new);
  }

  /** Returns the ref's state if it has the announced value; empty if an ordinary fetch is due. */
  private Optional<RefObservation.Shown> confirm(
      RemoteRef remoteRef, ObjectId announced, Optional<Remote.Login> login) throws IOException {
    GitRef ref = remoteRef.ref();
    Optional<ObjectId> before = refs.tip(ref);
    Optional<AnnouncedFetch.Confirmation> confirmed =
        before.isEmpty()
            ? Optional.empty()
            : announcements.confirm(remoteRef.remote(), login, ref, announced, before.get());
    if (confirmed.isEmpty()) {
      return Optional.empty();
    }
    Optional<PackLock> lock = confirmed.get().lock();
    try {
      lock.ifPresent(_ -> packs.incrementAndGet());
      RefObservation.Shown head = head(ref + " of " + id, announced, before);
      if (!before.equals(Optional.of(announced))) {
        refs.moveTip(ref, announced);
      }
      movedTo = Optional.empty();
      return Optional.of(head);
    } catch (IOException e) {
      announcements.failed(e); // the pack was not what it should be
      return Optional.empty();
    } finally {
      lock.ifPresent(Mirror::unlock);
    }
  }

  /** Makes a request while no other one is made. */
  private <T> T alone(
      Remote remote, RemoteRequests.Call<T> call, Function<FetchOutcome.Failed, T> failed) {
    oneFetch.lock();
    try {
      return requests.make(remote, call, failed);
    } finally {
      oneFetch.unlock();
    }
  }

  private RefObservation.Shown connect(RemoteRef remoteRef, Optional<Remote.Login> login)
      throws IOException, URISyntaxException {
    GitRef ref = remoteRef.ref();
    Optional<ObjectId> before = refs.tip(ref);
    try (Transport transport = remoteRef.remote().open(repository, login);
        FetchConnection connection =
            transport.openFetch(List.of(new RefSpec(ref.value() + ":" + refs.tipName(ref))))) {
      movedTo = remoteRef.remote().movedTo(transport);
      Ref shown = connection.getRef(ref.value());
      if (shown == null || shown.getObjectId() == null) {
        refs.forget(ref);
        return new RefObservation.NoRef();
      }
      ObjectId value = shown.getObjectId().copy();
      if (!before.equals(Optional.of(value))) {
        receive(connection, shown);
        refs.moveTip(ref, value);
        connection.getPackLocks().forEach(Mirror::unlock);
      }
      return head(ref + " of " + id, value, before);
    }
  }

  private void receive(FetchConnection connection, Ref wanted) throws IOException {
    connection.fetch(
        new FetchDeadline(clock, clock.instant().plus(LONGEST_FETCH)), List.of(wanted), Set.of());
    packs.incrementAndGet();
  }

  private RefObservation.Shown head(String what, ObjectId value, Optional<ObjectId> before)
      throws IOException {
    try (RevWalk walk = new RevWalk(repository)) {
      RevObject peeled = walk.peel(walk.parseAny(value));
      if (peeled instanceof RevCommit commit) {
        return new RefObservation.Head(value, commit.copy(), before);
      }
      return new RefObservation.Unreadable(
          new FetchOutcome.Failed(
              SourceFailure.REPOSITORY_UNREADABLE,
              what + " is not a commit: name a branch or a tag of a commit",
              /* retryable= */ false));
    }
  }

  private static void unlock(PackLock lock) {
    try {
      lock.unlock();
    } catch (IOException e) {
      // a leftover lock only prevents garbage collection of its pack
    }
  }
}

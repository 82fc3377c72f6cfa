package dev.sluice.inputs.signature;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.Repositories;
import dev.sluice.inputs.git.SignedObjects;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifier of the signatures of mirrored commits, for one evaluation: reads the trusted keys once,
 * and verifies each commit once. Whatever a signature contains, the result is a verdict. Used by
 * one thread only.
 */
public final class CommitSignatures {

  /** The largest number of commits that are verified one by one. */
  static final int MAX_COMMITS = 10_000;

  private static final String UNREADABLE = "unreadable";

  private static final Set<FailureCode> CODES =
      Set.of(
          SourceFailure.UNSIGNED,
          SourceFailure.UNKNOWN_SIGNER,
          SourceFailure.SIGNATURE_EXPIRED,
          SourceFailure.SIGNATURE_REVOKED,
          SourceFailure.SIGNATURE_INVALID,
          SourceFailure.SIGNING_KEYS_UNREADABLE,
          SourceFailure.TOO_MANY_COMMITS);

  private final Repositories repositories;
  private final Instant now;
  private final Map<Verification, Keys> keys = new HashMap<>();
  private final Map<Commit, Verdict> commits = new HashMap<>();
  private final Map<Question, Optional<Failure>> answers = new HashMap<>();

  /** The trusted keys, or why there are none, with a digest of what was read. */
  private record Keys(Optional<TrustedKeys> trusted, Verdict unreadable, String digest) {}

  private record Commit(RepositoryId repository, CommitId id, Verification verification) {}

  private record Question(Commit commit, GitRef ref, Optional<CommitId> since) {}

  /** Why something is refused; empty if it is not. */
  private record Verdict(Optional<UnverifiedException> refusal) {
    static final Verdict ACCEPTED = new Verdict(Optional.empty());
  }

  /** A commit or tag whose signature is not accepted. */
  private record Refused(String what, UnverifiedException why) {}

  /**
   * Creates a verifier.
   *
   * @param now the time at which keys must be valid
   */
  public CommitSignatures(Repositories repositories, Instant now) {
    this.repositories = repositories;
    this.now = now;
  }

  /** Returns whether a failure is about signatures, and so may end when trusted keys change. */
  public static boolean isAbout(Failure failure) {
    return CODES.contains(failure.code());
  }

  /**
   * Reads the trusted keys of a repository, and returns a digest by which a change of them can be
   * seen; blocks on the file.
   */
  public static String digest(Verification verification) {
    try {
      return TrustedKeys.digest(TrustedKeys.text(verification));
    } catch (UnverifiedException | RuntimeException e) { // such as of a path that is not valid
      return UNREADABLE;
    }
  }

  /** Returns the digests of the trusted keys that were read so far. */
  public Map<Verification, String> digests() {
    Map<Verification, String> digests = new HashMap<>();
    keys.forEach((verification, known) -> digests.put(verification, known.digest()));
    return digests;
  }

  /**
   * Returns why a commit of a source is not to be dispatched; empty if its signatures are accepted,
   * or none are required.
   *
   * @param commit which was fetched
   * @param tag the name of the tag that was chosen, if the source follows a range of versions;
   *     without it, any tag in the range that names the commit may be signed
   * @param dispatched the source's commit that was dispatched last; without it, or if it was not
   *     fetched, no earlier commits are verified
   */
  public Optional<Failure> refusal(
      SourceSpec source, CommitId commit, Optional<String> tag, Optional<CommitId> dispatched) {
    return source
        .verify()
        .flatMap(
            verification -> {
              Question question =
                  new Question(
                      new Commit(source.repository(), commit, verification),
                      tag.map(GitRef::tag).orElse(source.ref()),
                      dispatched.filter(earlier -> repositories.has(source.repository(), earlier)));
              Optional<Failure> known = answers.get(question);
              if (known == null) {
                known = verify(question).map(refused -> failure(question.commit(), refused));
                answers.put(question, known);
              }
              return known;
            });
  }

  private Optional<Refused> verify(Question question) {
    Commit commit = question.commit();
    SignedObjects objects = repositories.signedObjects(commit.repository(), commit.id());
    try {
      return switch (commit.verification().mode()) {
        case HEAD -> verify(objects, commit);
        case EVERY_COMMIT -> {
          Optional<Refused> head = verify(objects, commit);
          yield head.isPresent() ? head : verifyNew(objects, question);
        }
        case TAG -> verifyTag(objects, question);
      };
    } catch (IOException e) {
      throw new MirrorException(
          "cannot read the signatures of %s from its mirror: delete the mirror's directory and it is fetched again"
              .formatted(commit.repository()),
          e);
    }
  }

  private Optional<Refused> verifyNew(SignedObjects objects, Question question) throws IOException {
    if (question.since().isEmpty()) {
      return Optional.empty();
    }
    Commit head = question.commit();
    List<CommitId> commits = objects.newCommits(question.since().get(), head.id(), MAX_COMMITS + 1);
    if (commits.size() > MAX_COMMITS) {
      return Optional.of(
          new Refused(
              "commit " + head.id(),
              new UnverifiedException(
                  SourceFailure.TOO_MANY_COMMITS,
                  "has more than %,d commits since %s, which was dispatched last"
                      .formatted(MAX_COMMITS, question.since().get()))));
    }
    for (CommitId commit : commits) {
      Optional<Refused> refused =
          verify(objects, new Commit(head.repository(), commit, head.verification()));
      if (refused.isPresent()) {
        return refused;
      }
    }
    return Optional.empty();
  }

  private Optional<Refused> verify(SignedObjects objects, Commit commit) throws IOException {
    Verdict verdict = commits.get(commit);
    if (verdict == null) {
      Optional<byte[]> raw = objects.commit(commit.id());
      verdict = verdict(commit.verification(), () -> SignedData.commit(whole(raw)));
      commits.put(commit, verdict);
    }
    return verdict.refusal().map(why -> new Refused("commit " + commit.id(), why));
  }

  /** Requires one of the tags that name the commit to be accepted. */
  private Optional<Refused> verifyTag(SignedObjects objects, Question question) throws IOException {
    Commit commit = question.commit();
    GitRef ref = question.ref();
    if (ref.tagName().isEmpty() && ref.versions().isEmpty()) {
      return Optional.of(unsigned(commit, "is of %s, which is not a tag".formatted(ref)));
    }
    Optional<Refused> refused =
        Optional.of(unsigned(commit, "is named by %s, which is no annotated tag".formatted(ref)));
    for (Optional<byte[]> raw : objects.tags(ref, commit.id())) {
      Verdict verdict =
          verdict(
              commit.verification(),
              () -> {
                SignedData tag = SignedData.tag(whole(raw));
                if (tag.tagName().filter(name -> isNamed(ref, name)).isEmpty()) {
                  throw UnverifiedException.invalid("is a tag that was made with another name");
                }
                return tag;
              });
      refused =
          verdict
              .refusal()
              .map(why -> new Refused("%s at commit %s".formatted(ref, commit.id()), why));
      if (refused.isEmpty()) {
        return refused;
      }
    }
    return refused;
  }

  private static boolean isNamed(GitRef ref, String tag) {
    return ref.tagName().filter(tag::equals).isPresent()
        || ref.versions().filter(range -> range.admits(tag)).isPresent();
  }

  private static Refused unsigned(Commit commit, String message) {
    return new Refused(
        "commit " + commit.id(), new UnverifiedException(SourceFailure.UNSIGNED, message));
  }

  /** Reads what is signed. */
  private interface Reading {
    SignedData read() throws UnverifiedException;
  }

  private Verdict verdict(Verification verification, Reading reading) {
    Keys known = keys(verification);
    if (known.trusted().isEmpty()) {
      return known.unreadable();
    }
    try {
      var unused = known.trusted().get().signer(reading.read(), now);
      return Verdict.ACCEPTED;
    } catch (UnverifiedException e) {
      return new Verdict(Optional.of(e));
    } catch (RuntimeException | StackOverflowError e) {
      return new Verdict(
          Optional.of(UnverifiedException.invalid("has a signature that cannot be read")));
    }
  }

  private Keys keys(Verification verification) {
    return keys.computeIfAbsent(
        verification,
        _ -> {
          String digest = UNREADABLE;
          try {
            String text = TrustedKeys.text(verification);
            digest = TrustedKeys.digest(text);
            TrustedKeys trusted = TrustedKeys.parse(verification, text);
            return new Keys(Optional.of(trusted), Verdict.ACCEPTED, digest);
          } catch (UnverifiedException e) {
            return new Keys(Optional.empty(), new Verdict(Optional.of(e)), digest);
          } catch (RuntimeException | StackOverflowError e) {
            UnverifiedException why =
                new UnverifiedException(
                    SourceFailure.SIGNING_KEYS_UNREADABLE, "its trusted keys cannot be read");
            return new Keys(Optional.empty(), new Verdict(Optional.of(why)), digest);
          }
        });
  }

  private static byte[] whole(Optional<byte[]> raw) throws UnverifiedException {
    return raw.orElseThrow(() -> UnverifiedException.invalid("is larger than 1 MiB"));
  }

  private Failure failure(Commit commit, Refused refused) {
    Verification verification = commit.verification();
    String expected =
        keys(verification).trusted().map(TrustedKeys::expected).orElse("a key that can be read");
    String message =
        refused.why().code() == SourceFailure.SIGNING_KEYS_UNREADABLE
            ? "%s of %s cannot be verified: %s"
                .formatted(refused.what(), commit.repository(), refused.why().getMessage())
            : "%s of %s %s; verify.mode %s expects a signature by %s"
                .formatted(
                    refused.what(),
                    commit.repository(),
                    refused.why().getMessage(),
                    verification.mode().word(),
                    expected);
    return new Failure(refused.why().code(), message, Failure.Stage.SOURCE, Optional.empty());
  }
}

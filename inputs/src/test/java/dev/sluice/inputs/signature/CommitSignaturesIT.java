package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.fleet.Verification.Mode;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verifies commits and tags that git and ssh-keygen signed, and compares with git's verdict. */
class CommitSignaturesIT {

  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @TempDir private Path directory;
  private SignedRepository repository;
  private Mirrors mirrors;
  private Path signers;

  @BeforeEach
  void create() throws IOException {
    repository = new SignedRepository(directory);
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    signers = directory.resolve("allowed_signers");
  }

  @AfterEach
  void close() {
    mirrors.close();
  }

  @ParameterizedTest
  @CsvSource({"ed25519,", "rsa, 2048", "ecdsa, 256", "ecdsa, 384", "ecdsa, 521"})
  void acceptsKeysOfEachType(String type, String bits) throws IOException {
    String key =
        bits == null ? repository.key("ada", type) : repository.key("ada", type, "-b", bits);
    trust("ada@example.org " + key);
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit)).isEmpty();
    assertThat(repository.verifies(commit, signers)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "ada@example.org KEY                                             | -",
        "* KEY                                                           | -",
        "\"ada@example.org,*@example.com\" KEY                           | -",
        "ada@example.org namespaces=\"git\" KEY                          | -",
        "ada@example.org namespaces=\"file,g*\" KEY                      | -",
        "ada@example.org namespaces=\"file\" KEY                         | UNKNOWN_SIGNER",
        "ada@example.org namespaces=\"*,!git\" KEY                       | UNKNOWN_SIGNER",
        "ada@example.org valid-after=\"20260501120000Z\" KEY             | -",
        "ada@example.org valid-after=\"20260501120001Z\" KEY             | SIGNATURE_EXPIRED",
        "ada@example.org valid-before=\"20260501115959Z\" KEY            | SIGNATURE_EXPIRED",
        "ada@example.org valid-before=\"20270101Z\" KEY                  | -",
        "ada@example.org Namespaces=\"git\",valid-before=\"20270101Z\" KEY | -",
        "ada@example.org cert-authority KEY                              | UNKNOWN_SIGNER",
        "bob@example.org OTHER                                           | UNKNOWN_SIGNER",
      })
  void decidesAboutSignersAsGitDoes(String line, SourceFailure code) throws IOException {
    String key = repository.key("ada", "ed25519");
    String other = repository.key("bob", "ed25519");
    trust(line.strip().replace("KEY", key).replace("OTHER", other), "carl@example.org " + other);
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit).map(Failure::code)).isEqualTo(Optional.ofNullable(code));
    assertThat(repository.verifies(commit, signers)).isEqualTo(code == null);
  }

  @Test
  void refusesKeysThatHaveExpiredSinceWhateverTheCommitsDateIs() throws IOException {
    String key = repository.key("ada", "ed25519");
    trust("ada@example.org valid-before=\"20260515Z\" " + key);
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");

    // git accepts it, although somebody with the old key may have set the date
    assertThat(repository.verifies(commit, signers)).isTrue();
    assertThat(refusal(Mode.HEAD, commit))
        .hasValueSatisfying(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.SIGNATURE_EXPIRED);
              assertThat(failure.message()).contains("has expired since, at 2026-05-15T00:00:00Z");
            });
  }

  @Test
  void refusesKeysThatAreNotValidYetWhateverTheCommitsDateIs() throws IOException {
    String key = repository.key("ada", "ed25519");
    trust("ada@example.org valid-after=\"20260701Z\" " + key);
    repository.at(Instant.parse("2026-07-02T00:00:00Z"));
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit))
        .hasValueSatisfying(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.SIGNATURE_EXPIRED);
              assertThat(failure.message()).contains("is not valid before 2026-07-01T00:00:00Z");
            });
  }

  @Test
  void namesTheCommitTheKeyAndWhatWasExpected() throws IOException {
    repository.key("ada", "ed25519");
    String other = repository.key("bob", "ed25519");
    trust("bob@example.org " + other, "carl@example.org ssh-dss AAAA");
    CommitId unsigned = repository.commit("web/a.yaml", "a: 1\n");
    CommitId unknown = repository.signed("ada", "web/a.yaml", "a: 2\n");
    String fingerprint =
        repository.run("ssh-keygen", "-lf", repository.file("ada") + ".pub").split(" ", -1)[1];
    String expected =
        "1 SSH key at file:%s (without: line 2 has a key of a type that is not accepted)"
            .formatted(signers);

    assertThat(refusal(Mode.HEAD, unsigned).orElseThrow().message())
        .isEqualTo(
            "commit %s of %s is not signed; verify.mode head expects a signature by %s"
                .formatted(unsigned, source(Mode.HEAD).repository(), expected));
    assertThat(refusal(Mode.HEAD, unknown).orElseThrow().message())
        .isEqualTo(
            "commit %s of %s is signed with the SSH key %s (ssh-ed25519), which is not trusted; verify.mode head expects a signature by %s"
                .formatted(unknown, source(Mode.HEAD).repository(), fingerprint, expected));
  }

  @Test
  void verifiesEveryCommitSinceTheLastDispatchedOne() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId old = repository.commit("web/a.yaml", "a: 1\n");
    CommitId first = repository.signed("ada", "web/a.yaml", "a: 2\n");
    CommitId unsigned = repository.commit("web/a.yaml", "a: 3\n");
    CommitId last = repository.signed("ada", "web/a.yaml", "a: 4\n");

    assertThat(refusal(Mode.HEAD, last, first)).isEmpty();
    assertThat(refusal(Mode.EVERY_COMMIT, last, first))
        .hasValueSatisfying(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.UNSIGNED);
              assertThat(failure.message()).startsWith("commit " + unsigned);
            });
    assertThat(refusal(Mode.EVERY_COMMIT, last, unsigned)).isEmpty();
    assertThat(refusal(Mode.EVERY_COMMIT, first, old)).isEmpty();
    assertThat(refusal(Mode.EVERY_COMMIT, last)).as("first dispatch").isEmpty();
    assertThat(refusal(Mode.EVERY_COMMIT, first, last)).as("back").isEmpty();
    assertThat(refusal(Mode.EVERY_COMMIT, old, last)).as("back to an unsigned one").isPresent();
  }

  @Test
  void refusesMoreNewCommitsThanItVerifies() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId dispatched = repository.signed("ada", "web/a.yaml", "a: 1\n");
    repository.commits(CommitSignatures.MAX_COMMITS);
    CommitId last = repository.signed("ada", "web/a.yaml", "a: 2\n");

    assertThat(refusal(Mode.HEAD, last, dispatched)).isEmpty();
    assertThat(refusal(Mode.EVERY_COMMIT, last, dispatched).orElseThrow().code())
        .isEqualTo(SourceFailure.TOO_MANY_COMMITS);
  }

  @Test
  void verifiesTheNewCommitsOfARewrittenBranch() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId base = repository.signed("ada", "web/a.yaml", "a: 1\n");
    CommitId dispatched = repository.signed("ada", "web/a.yaml", "a: 2\n");
    mirrors.fetch(source(Mode.HEAD), GitRef.branch("main"), Optional.empty());
    repository.reset(base);
    repository.commit("web/a.yaml", "a: 3\n");
    CommitId bad = repository.signed("ada", "web/a.yaml", "a: 4\n");
    repository.reset(base);
    repository.signed("ada", "web/a.yaml", "a: 5\n");
    CommitId good = repository.signed("ada", "web/a.yaml", "a: 6\n");
    repository.git("update-ref", "refs/heads/bad", bad.value());
    mirrors.fetch(source(Mode.HEAD), GitRef.branch("bad"), Optional.empty());

    assertThat(refusal(Mode.EVERY_COMMIT, bad, dispatched)).isPresent();
    assertThat(refusal(Mode.EVERY_COMMIT, good, dispatched)).isEmpty();
  }

  @Test
  void requiresTheTagToBeSigned() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId commit = repository.commit("web/a.yaml", "a: 1\n");
    repository.tag("v1", Optional.of("ada"));
    repository.tag("annotated", Optional.empty());
    repository.git("tag", "light");
    String v1 = repository.git("rev-parse", "v1");
    repository.git("update-ref", "refs/tags/v2", v1);

    assertThat(tagRefusal("refs/tags/v1", commit)).isEmpty();
    assertThat(tagRefusal("refs/tags/annotated", commit)).hasValue(SourceFailure.UNSIGNED);
    assertThat(tagRefusal("refs/tags/light", commit)).hasValue(SourceFailure.UNSIGNED);
    assertThat(tagRefusal("refs/heads/main", commit)).hasValue(SourceFailure.UNSIGNED);
    assertThat(tagRefusal("refs/tags/v2", commit))
        .as("another name than the signed one")
        .hasValue(SourceFailure.SIGNATURE_INVALID);
  }

  @Test
  void findsTheTagOfACommitThatTheRefHasLeft() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId first = repository.commit("web/a.yaml", "a: 1\n");
    repository.tag("stable", Optional.of("ada"));
    assertThat(tagRefusal("refs/tags/stable", first)).isEmpty();
    repository.git("checkout", "-q", "--orphan", "other");
    CommitId second = repository.commit("web/a.yaml", "a: 2\n");
    repository.tag("stable", Optional.of("ada"));

    assertThat(tagRefusal("refs/tags/stable", second)).isEmpty();
    assertThat(tagRefusal("refs/tags/stable", first)).isEmpty();
  }

  @Test
  void findsTheTagOfACommitWhoseDescendantTheTagNamesNow() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId first = repository.commit("web/a.yaml", "a: 1\n");
    repository.tag("stable", Optional.of("ada"));
    assertThat(tagRefusal("refs/tags/stable", first)).isEmpty();
    CommitId second = repository.commit("web/a.yaml", "a: 2\n");
    repository.tag("stable", Optional.of("ada"));

    assertThat(tagRefusal("refs/tags/stable", second)).isEmpty();
    assertThat(tagRefusal("refs/tags/stable", first)).isEmpty();
  }

  @Test
  void requiresTheTagThatARangeHasChosenToBeSigned() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId first = repository.commit("web/a.yaml", "a: 1\n");
    repository.tag("v1.4.0", Optional.of("ada"));
    repository.tag("v3.0.0", Optional.of("ada"));
    SourceSpec range = tagged(GitRef.semver(">=1.4 <2"));
    assertThat(rangeRefusal(range)).isEmpty();
    repository.tag("v1.5.0", Optional.empty());
    assertThat(rangeRefusal(range))
        .as("the tags of the same commit that are signed are not the newest")
        .hasValue(SourceFailure.UNSIGNED);

    CommitId second = repository.commit("web/a.yaml", "a: 2\n");
    repository.tag("v1.6.0", Optional.of("ada"));
    assertThat(rangeRefusal(range)).isEmpty();
    assertThat(refusal(range, first)).as("a commit that is restored").isEmpty();
    assertThat(refusal(tagged(GitRef.semver(">=3")), second))
        .as("its signed tag is not in the range")
        .hasValue(SourceFailure.SIGNATURE_INVALID);
  }

  private Optional<SourceFailure> rangeRefusal(SourceSpec range) {
    if (!(mirrors.fetch(range, range.ref(), Optional.empty())
        instanceof FetchOutcome.At(CommitId commit, Optional<String> tag))) {
      throw new AssertionError("no tag is in the range");
    }
    return new CommitSignatures(mirrors, NOW)
        .refusal(range, commit, tag, Optional.empty())
        .map(failure -> (SourceFailure) failure.code());
  }

  private Optional<SourceFailure> refusal(SourceSpec source, CommitId commit) {
    return new CommitSignatures(mirrors, NOW)
        .refusal(source, commit, Optional.empty(), Optional.empty())
        .map(failure -> (SourceFailure) failure.code());
  }

  private SourceSpec tagged(GitRef ref) {
    return repository.source(
        new Verification(
            Mode.TAG, Optional.of(new SecretReference("file:" + signers)), Optional.empty()),
        ref);
  }

  @Test
  void refusesSignaturesOfOtherContent() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId signed = repository.signed("ada", "web/a.yaml", "a: 1\n");
    String text = new String(repository.raw("commit", signed.value()), ISO_8859_1);

    assertThat(rawRefusal(text.replace("Change web", "Change sub")))
        .hasValue(SourceFailure.SIGNATURE_INVALID);
    assertThat(rawRefusal(text.replace("Ada", "Eve"))).hasValue(SourceFailure.SIGNATURE_INVALID);
  }

  @Test
  void refusesSignaturesForAnotherUse() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    repository.signed("ada", "web/a.yaml", "a: 1\n");
    SignedData commit = commitData();
    Path payload = Files.write(directory.resolve("payload"), commit.payload());
    for (String namespace : List.of("git", "file")) {
      Files.deleteIfExists(directory.resolve("payload.sig"));
      repository.run(
          "ssh-keygen",
          "-q",
          "-Y",
          "sign",
          "-n",
          namespace,
          "-f",
          "" + repository.file("ada"),
          "" + payload);
      String signature = Files.readString(directory.resolve("payload.sig"));

      assertThat(rawRefusal(withSignature(commit, signature)))
          .isEqualTo(
              namespace.equals("git")
                  ? Optional.empty()
                  : Optional.of(SourceFailure.SIGNATURE_INVALID));
    }
  }

  @Test
  void refusesCertificatesClearly() throws IOException {
    String authority = repository.key("ca", "ed25519");
    repository.key("ada", "ed25519");
    repository.run(
        "ssh-keygen",
        "-q",
        "-s",
        "" + repository.file("ca"),
        "-I",
        "ada",
        "-n",
        "ada@example.org",
        repository.file("ada") + ".pub");
    trust(
        "*@example.org cert-authority " + authority,
        "bob@example.org " + repository.key("bob", "ed25519"));
    repository.git("config", "user.signingKey", repository.file("ada") + "-cert.pub");
    CommitId commit = repository.signed("ada-cert.pub", "web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit))
        .hasValueSatisfying(
            failure -> {
              assertThat(failure.code()).isEqualTo(SourceFailure.SIGNATURE_INVALID);
              assertThat(failure.message())
                  .contains("an SSH certificate, which is not supported")
                  .contains("line 1 has a certificate authority, which is not supported");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "ada@example.org\n",
        "ada@example.org ssh-ed25519 !!!\n",
        "ada@example.org ssh-ed25519 AAAA\n",
        "ada@example.org unknown-option ssh-ed25519 AAAA\n",
        "ada@example.org valid-after=\"soon\" ssh-ed25519 AAAA\n",
      })
  void refusesEverythingWithoutUsableKeys(String text) throws IOException {
    repository.key("ada", "ed25519");
    Files.writeString(signers, text);
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit).map(Failure::code))
        .hasValue(SourceFailure.SIGNING_KEYS_UNREADABLE);
  }

  @Test
  void refusesEverythingWithoutTheFile() throws IOException {
    CommitId commit = repository.commit("web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit).orElseThrow().message())
        .isEqualTo(
            "commit %s of %s cannot be verified: there is no secret at file:%s: there is no such file"
                .formatted(commit, source(Mode.HEAD).repository(), signers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/zero", "/proc", "%s/pipe", "%s/large"})
  void refusesEverythingIfTheKeysAreNoFileOfThatSize(String place) throws IOException {
    repository.run("mkfifo", directory.resolve("pipe").toString());
    Files.writeString(directory.resolve("large"), "x".repeat((1 << 20) + 1));
    signers = Path.of(place.formatted(directory));
    CommitId commit = repository.commit("web/a.yaml", "a: 1\n");
    SourceSpec source = source(Mode.HEAD);
    fetch(source);

    Optional<Failure> refusal =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                new CommitSignatures(mirrors, NOW)
                    .refusal(source, commit, Optional.empty(), Optional.empty()));
    assertThat(refusal.map(Failure::code)).hasValue(SourceFailure.SIGNING_KEYS_UNREADABLE);
  }

  @Test
  void oneLongLineBreaksNothing() throws IOException {
    trust("x".repeat(100_000), "ada@example.org " + repository.key("ada", "ed25519"));
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");

    assertThat(refusal(Mode.HEAD, commit)).isEmpty();
  }

  @Test
  void aChangeOfTheKeysIsSeen() throws IOException {
    Verification verification = source(Mode.HEAD).verify().orElseThrow();
    String missing = CommitSignatures.digest(verification);
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId commit = repository.signed("ada", "web/a.yaml", "a: 1\n");
    fetch(source(Mode.HEAD));
    CommitSignatures signatures = new CommitSignatures(mirrors, NOW);
    assertThat(signatures.refusal(source(Mode.HEAD), commit, Optional.empty(), Optional.empty()))
        .isEmpty();

    String present = CommitSignatures.digest(verification);
    assertThat(present).isNotEqualTo(missing);
    assertThat(signatures.digests()).containsExactly(Map.entry(verification, present));
    trust("bob@example.org " + repository.key("bob", "ed25519"));
    assertThat(CommitSignatures.digest(verification)).isNotEqualTo(present);
  }

  @Test
  void hostileCommitsAreRefused() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId signed = repository.signed("ada", "web/a.yaml", "a: 1\n");
    String text = new String(repository.raw("commit", signed.value()), ISO_8859_1);
    SignedData data = commitData();
    String armor = data.signature().orElseThrow();

    assertThat(rawRefusal(text)).isEmpty();
    assertThat(rawRefusal(text.replaceFirst("\n\n", "\nencoding ISO-8859-1\n\n")))
        .as("a header that is not signed")
        .hasValue(SourceFailure.SIGNATURE_INVALID);
    assertThat(rawRefusal(twice(text))).as("twice").hasValue(SourceFailure.SIGNATURE_INVALID);
    for (String moved : List.of(signatureAfter(text, "tree "), signatureAfter(text, "author "))) {
      assertThat(rawRefusal(moved))
          .as("its payload is what was signed: %s", moved)
          .hasValue(SourceFailure.SIGNATURE_INVALID);
    }
    List<String> malformed =
        List.of(
            "-----BEGIN SSH SIGNATURE-----\n",
            "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
            "-----BEGIN SSH SIGNATURE-----\n????\n-----END SSH SIGNATURE-----\n",
            "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
            "-----BEGIN SSH SIGNATURE-----\n"
                + "A".repeat(60_000)
                + "\n-----END SSH SIGNATURE-----\n",
            "-----BEGIN SSH SIGNATURE-----\n"
                + "A".repeat(70_000)
                + "\n-----END SSH SIGNATURE-----\n",
            "-----BEGIN SIGNED MESSAGE-----\nMIIB\n-----END SIGNED MESSAGE-----\n",
            "x\n",
            armor.replace("U1NIU0lHAAAAAQ", "U1NIU0lHAAAAAg"));
    for (String signature : malformed) {
      assertThat(rawRefusal(withSignature(data, signature)))
          .as(signature)
          .hasValue(SourceFailure.SIGNATURE_INVALID);
    }
    assertThat(rawRefusal(text + "x".repeat(1 << 20)))
        .as("large")
        .hasValue(SourceFailure.SIGNATURE_INVALID);
  }

  @Test
  void aParentCannotBeHiddenBehindTheSignature() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ed25519"));
    CommitId base = repository.signed("ada", "web/a.yaml", "a: 1\n");
    CommitId unsigned = repository.commit("web/b.yaml", "b: 1\n");
    repository.reset(base);
    repository.signed("ada", "web/c.yaml", "c: 1\n");
    repository.git("merge", "-q", "-S", "--no-ff", "-m", "Merge", unsigned.value());
    CommitId merge = repository.head();
    assertThat(refusal(Mode.EVERY_COMMIT, merge, base).map(Failure::code))
        .hasValue(SourceFailure.UNSIGNED);

    String text = new String(repository.raw("commit", merge.value()), ISO_8859_1);
    CommitId moved =
        repository.rawCommit(signatureBefore(text, "parent " + unsigned).getBytes(ISO_8859_1));

    assertThat(refusal(Mode.EVERY_COMMIT, moved, base).map(Failure::code))
        .hasValue(SourceFailure.SIGNATURE_INVALID);
  }

  @Test
  void theTimeIsThatOfTheSignedHeaders() throws IOException {
    trust("ada@example.org valid-before=\"20260515Z\" " + repository.key("ada", "ed25519"));
    repository.at(Instant.parse("2026-05-20T12:00:00Z"));
    repository.signed("ada", "web/a.yaml", "a: 1\n");
    SignedData data = commitData();
    String text = new String(repository.raw("commit", "HEAD"), ISO_8859_1);
    String early = "gpgsig-sha256 x\rcommitter Ada <ada@example.org> 1777636800 +0000\n";

    for (String before : List.of("committer ", "gpgsig ")) {
      String changed = text.replaceFirst("(?m)^(?=%s)".formatted(before), early);
      assertThat(timeOf(changed)).isIn(Optional.empty(), data.time());
    }
  }

  private static Optional<Instant> timeOf(String commit) {
    try {
      return SignedData.commit(commit.getBytes(ISO_8859_1)).time();
    } catch (UnverifiedException e) {
      return Optional.empty();
    }
  }

  private static String signatureAfter(String commit, String header) {
    int line = commit.indexOf("\n", commit.indexOf(header)) + 1;
    return moved(commit, line);
  }

  private static String signatureBefore(String commit, String header) {
    return moved(commit, commit.indexOf(header));
  }

  /** Moves the signature to a place before it. */
  private static String moved(String commit, int place) {
    int start = commit.indexOf("gpgsig ");
    int end = commit.indexOf("\n\n", start) + 1;
    return commit.substring(0, place)
        + commit.substring(start, end)
        + commit.substring(place, start)
        + commit.substring(end);
  }

  @Test
  void noMutationOfASignatureIsAcceptedOrBreaksTheVerifier() throws IOException {
    trust("ada@example.org " + repository.key("ada", "ecdsa"));
    repository.signed("ada", "web/a.yaml", "a: 1\n");
    SignedData data = commitData();
    byte[] armor = data.signature().orElseThrow().getBytes(UTF_8);
    Random random = new Random(1);
    int refused = 0;
    int changes = 0;
    TrustedKeys keys = trusted(source(Mode.HEAD).verify().orElseThrow());
    for (int i = 0; i < 3_000; i++) {
      byte[] changed = armor.clone();
      // not in the last four characters, which may have bits that Base64 does not use
      changed[30 + random.nextInt(changed.length - 64)] = (byte) (33 + random.nextInt(90));
      if (Arrays.equals(changed, armor)) {
        continue;
      }
      SignedData mutation =
          new SignedData(
              data.payload(),
              Optional.of(new String(changed, ISO_8859_1)),
              data.time(),
              Optional.empty());
      changes++;
      try {
        var unused = keys.signer(mutation, NOW);
      } catch (UnverifiedException e) {
        assertThat(e.code()).isIn(SourceFailure.SIGNATURE_INVALID, SourceFailure.UNKNOWN_SIGNER);
        refused++;
      }
    }
    assertThat(refused).isEqualTo(changes);
  }

  private static TrustedKeys trusted(Verification verification) {
    try {
      return TrustedKeys.parse(verification, TrustedKeys.text(verification));
    } catch (UnverifiedException e) {
      throw new AssertionError(e);
    }
  }

  private SignedData commitData() throws IOException {
    try {
      return SignedData.commit(repository.raw("commit", "HEAD"));
    } catch (UnverifiedException e) {
      throw new AssertionError(e);
    }
  }

  private static String twice(String commit) {
    int start = commit.indexOf("gpgsig ");
    int end = commit.indexOf("\n\n", start) + 1;
    return commit.substring(0, end) + commit.substring(start);
  }

  private static String withSignature(SignedData commit, String signature) {
    String payload = new String(commit.payload(), ISO_8859_1);
    int blank = payload.indexOf("\n\n");
    String folded = signature.strip().replace("\n", "\n ");
    return payload.substring(0, blank) + "\ngpgsig " + folded + payload.substring(blank);
  }

  private void trust(String... lines) throws IOException {
    Files.writeString(signers, String.join("\n", lines) + "\n");
  }

  private SourceSpec source(Mode mode) {
    return repository.source(mode, signers);
  }

  private Optional<SourceFailure> rawRefusal(String commit) throws IOException {
    return refusal(Mode.HEAD, repository.rawCommit(commit.getBytes(ISO_8859_1)))
        .map(failure -> (SourceFailure) failure.code());
  }

  private Optional<SourceFailure> tagRefusal(String ref, CommitId commit) {
    SourceSpec tag = tagged(new GitRef(ref));
    fetch(tag);
    return refusal(tag, commit);
  }

  private Optional<Failure> refusal(Mode mode, CommitId commit, CommitId... dispatched) {
    SourceSpec source = source(mode);
    fetch(source);
    return new CommitSignatures(mirrors, NOW)
        .refusal(source, commit, Optional.empty(), List.of(dispatched).stream().findFirst());
  }

  private void fetch(SourceSpec source) {
    assertThat(mirrors.fetch(source, source.ref(), Optional.empty()))
        .isInstanceOf(FetchOutcome.At.class);
  }
}

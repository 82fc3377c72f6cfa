package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.LfsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.git.Artifacts;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.HttpBackend;
import dev.sluice.inputs.git.LargeFile;
import dev.sluice.inputs.git.LfsServer;
import dev.sluice.inputs.git.MirrorLimits;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of Git LFS in closures, from git-http-backend(1) with a batch API beside it. */
class LargeFilesIT {

  private static final RepositoryId SHOP = new RepositoryId("forge.example/acme/shop");
  private static final String LOGIN = "alice:s3cret";
  private static final String BASIC =
      "Basic " + Base64.getEncoder().encodeToString(LOGIN.getBytes(UTF_8));
  private static final String MANIFEST = "kind: ConfigMap\n# " + "x".repeat(5000) + "\n";
  private static final String BATCH = "/shop.git/info/lfs/objects/batch ";

  @TempDir private Path directory;
  private Origin origin;
  private HttpBackend git;
  private LfsServer lfs;
  private Mirrors mirrors;
  private FetchedRemotes remotes;
  private String pointer;

  @BeforeEach
  void start() throws Exception {
    origin = new Origin(directory.resolve("shop.git"));
    git = HttpBackend.plain(directory);
    git.accept(LOGIN);
    lfs = new LfsServer(git, "shop.git", BASIC);
    pointer = lfs.put(MANIFEST.getBytes(UTF_8));
    open(MirrorLimits.DEFAULT);
  }

  private void open(MirrorLimits limits) {
    Path place = directory.resolve("mirrors");
    mirrors = Mirrors.owning(place, limits, Artifacts.NONE, Clock.systemUTC());
    remotes = FetchedRemotes.within(place, mirrors, Duration.ofMinutes(1), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    remotes.close();
    mirrors.close();
    lfs.close();
    git.close();
    origin.close();
  }

  @Test
  void aPointerIsRefusedUnlessTheFleetAllowsItsContent() throws Exception {
    Failure failure = refused(resolve(pushed(pointer), Optional.empty()));

    assertThat(failure.code()).isEqualTo(SourceFailure.LARGE_FILE);
    assertThat(failure.message())
        .contains("'app/a.yaml' is a pointer of Git LFS to %d bytes".formatted(MANIFEST.length()))
        .contains("set spec.lfs of the Repository forge.example/acme/shop");
    assertThat(lfs.requests()).isEmpty();
  }

  @Test
  void anAllowedFileIsFetchedOnceWithTheCredentialsOfTheRepository() throws Exception {
    CommitId commit = pushed(pointer);

    assertThat(text(resolve(commit))).isEqualTo(MANIFEST);
    assertThat(lfs.requests())
        .containsExactly(BATCH + BASIC, "/" + LfsServer.oid(pointer) + " " + LfsServer.TOKEN);
    String oid = LfsServer.oid(pointer);
    try (Stream<Path> kept = Files.walk(directory.resolve("mirrors"))) {
      assertThat(kept.map(Path::toString))
          .filteredOn(file -> file.endsWith(oid))
          .singleElement()
          .asString()
          .contains(".git/lfs/objects/%s/%s/".formatted(oid.substring(0, 2), oid.substring(2, 4)));
    }

    assertThat(text(resolve(commit))).isEqualTo(MANIFEST);
    assertThat(lfs.requests()).hasSize(2);
  }

  @Test
  void theDigestFollowsTheContent() throws Exception {
    String before = digest(resolve(pushed(pointer)));
    assertThat(digest(resolve(pushed(pointer)))).isEqualTo(before);

    String changed = lfs.put((MANIFEST + "# more\n").getBytes(UTF_8));
    assertThat(digest(resolve(pushed(changed)))).isNotEqualTo(before);
  }

  @Test
  void aServerThatSendsTheFilesItselfGetsTheCredentialsToo() throws Exception {
    lfs.sendFilesBesideGit();

    assertThat(text(resolve(pushed(pointer)))).isEqualTo(MANIFEST);
    assertThat(lfs.requests()).last().isEqualTo("/files/" + LfsServer.oid(pointer) + " " + BASIC);
  }

  @Test
  void aRedirectToAnotherHostCarriesNoCredentials() throws Exception {
    lfs.redirectToStore();

    assertThat(text(resolve(pushed(pointer)))).isEqualTo(MANIFEST);
    assertThat(lfs.requests()).last().isEqualTo("/signed/" + LfsServer.oid(pointer));
  }

  @Test
  void theAuthorityOfTheRepositoryIsTrustedAndTlsIsKept() throws Exception {
    lfs.close();
    git.close();
    TestAuthority authority = new TestAuthority("authority of the test");
    git = HttpBackend.withTls(directory, authority.server(), false);
    git.accept(LOGIN);
    lfs = new LfsServer(git, "shop.git", BASIC);
    CommitId commit = pushed(lfs.put(MANIFEST.getBytes(UTF_8)));
    HttpsAccess access =
        new HttpsAccess(
            Optional.of(authority.write(directory.resolve("ca.pem"))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new LfsAccess(10_000)));

    Failure withoutTls = refused(resolve(commit, Optional.of(access)));
    assertThat(withoutTls.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
    assertThat(withoutTls.message()).contains("refers to what is no https URL");
    assertThat(lfs.requests()).containsExactly(BATCH + BASIC);

    remotes.close();
    mirrors.close();
    open(MirrorLimits.DEFAULT); // the failure is not tried again at once
    lfs.sendFilesBesideGit();
    assertThat(text(resolve(commit, Optional.of(access)))).isEqualTo(MANIFEST);
  }

  @Test
  void theFilesOfARepositoryAreDownloadedOneAtATime() throws Exception {
    CommitId commit = pushed(pointer);
    fetch(commit, source(allowing(10_000)));
    RemotePolicy.Base repository = RemotePolicy.Base.of(source(allowing(10_000)));
    List<LargeFile> files = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] file = lfs.put((MANIFEST + i).getBytes(UTF_8)).getBytes(UTF_8);
      files.add(LargeFile.parse(file).orElseThrow());
    }

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      files.forEach(file -> threads.execute(() -> mirrors.largeFiles().fetch(repository, file)));
    }

    assertThat(files).allMatch(file -> mirrors.largeFiles().has(SHOP, file));
    assertThat(lfs.mostAtOnce()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 429, 503})
  void aStatusCountsWhateverTheLengthOfItsPage(int status) throws Exception {
    lfs.answerFilesWith(status);
    Failure failure = refused(resolve(pushed(pointer)));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
    assertThat(failure.message()).contains("answers " + status).doesNotContain("s3cret");
  }

  @Test
  void aHeaderThatIsNotValidIsRefusedAndNotShown() throws Exception {
    lfs.giveHeader("X-Signature", "s3cret\nof the store");
    Failure failure = refused(resolve(pushed(pointer)));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
    assertThat(failure.message())
        .contains("names headers that are not valid")
        .doesNotContain("s3cret");
  }

  @Test
  void headersThatTheClientSetsItselfAreLeftOut() throws Exception {
    lfs.giveHeader("Host", "store.example");
    lfs.giveHeader("content-length", "5");

    assertThat(text(resolve(pushed(pointer)))).isEqualTo(MANIFEST);
  }

  @Test
  void otherContentThanThePointerNamesIsRefused() throws Exception {
    lfs.replace(pointer, MANIFEST.replace('x', 'y').getBytes(UTF_8));
    assertThat(refused(resolve(pushed(pointer))).code()).isEqualTo(SourceFailure.REMOTE_INVALID);
  }

  @Test
  void aLongerContentThanThePointerNamesIsNotReadToItsEnd() throws Exception {
    lfs.replace(pointer, (MANIFEST + "z".repeat(100_000)).getBytes(UTF_8));
    Failure failure = refused(resolve(pushed(pointer)));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
    assertThat(failure.message())
        .contains("sends more than %d bytes".formatted(MANIFEST.length()))
        .doesNotContain("s3cret");
  }

  @Test
  void aFileThatWasNotPushedIsMissing() throws Exception {
    lfs.remove(pointer);
    Failure failure = refused(resolve(pushed(pointer)));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_MISSING);
    assertThat(failure.message()).contains("'app/a.yaml'", LfsServer.oid(pointer), "git lfs push");
  }

  @Test
  void refusedCredentialsAreNamedAndNotShown() throws Exception {
    CommitId commit = pushed(pointer);
    fetch(commit, source(Optional.of(HttpsAccess.DEFAULT.with(new LfsAccess(10_000)))));
    Files.writeString(directory.resolve("login"), "alice:0ther");
    Failure failure = refused(resolveMirrored(commit, allowing(10_000)));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
    assertThat(failure.message())
        .contains("answers 401: check that the Repository's credentials may read")
        .doesNotContain("0ther");
  }

  @Test
  void aFileLargerThanTheFleetAllowsIsRefusedWithoutARequest() throws Exception {
    Failure failure = refused(resolve(pushed(pointer), allowing(1000)));

    assertThat(failure.code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(failure.message()).contains("1000 are allowed: raise spec.lfs.maxBytes");
    assertThat(lfs.requests()).isEmpty();
  }

  @Test
  void aFileThatDoesNotFitIntoTheMirrorIsRefusedWithoutARequest() throws Exception {
    CommitId commit = pushed(pointer);
    fetch(commit, source(allowing(10_000)));
    remotes.close();
    mirrors.close();
    open(new MirrorLimits(4_000, Optional.empty()));

    Failure failure = refused(resolveMirrored(commit, allowing(10_000)));
    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
    assertThat(failure.message()).contains("has no room", "raise the dispatcher's mirror-limit");
    assertThat(lfs.requests()).isEmpty();
  }

  @Test
  void aDamagedFileIsFetchedAgain() throws Exception {
    CommitId commit = pushed(pointer);
    assertThat(text(resolve(commit))).isEqualTo(MANIFEST);
    try (Stream<Path> kept = Files.walk(directory.resolve("mirrors"))) {
      Path file =
          kept.filter(one -> one.endsWith(LfsServer.oid(pointer))).findFirst().orElseThrow();
      Files.writeString(file, "damaged");
    }

    assertThat(text(resolve(commit))).isEqualTo(MANIFEST);
    assertThat(lfs.requests()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"oid sha256:1234\nsize 5\n", "ext-0-crypt sha256:12\noid sha256:12\n"})
  void aPointerInAnotherFormIsRefused(String rest) throws Exception {
    String damaged =
        "version https://git-lfs.github.com/spec/v1\n" + rest + "x " + "y".repeat(99) + "\n";
    Failure failure = refused(resolve(pushed(damaged)));

    assertThat(failure.code()).isEqualTo(SourceFailure.LARGE_FILE);
    assertThat(failure.message()).contains("'app/a.yaml'", "in a form that is not supported");
  }

  private CommitId pushed(String content) throws IOException {
    CommitId commit = origin.commit(Map.of("app/a.yaml", Origin.Content.file(content)));
    origin.set(GitRef.branch("main"), commit);
    return commit;
  }

  private ClosureResult resolve(CommitId commit) throws IOException {
    return resolve(commit, allowing(1 << 20));
  }

  private ClosureResult resolve(CommitId commit, Optional<HttpsAccess> access) throws IOException {
    fetch(commit, source(access));
    return resolveMirrored(commit, access);
  }

  private void fetch(CommitId commit, SourceSpec source) {
    assertThat(mirrors.fetch(source, source.ref(), Optional.empty()))
        .isEqualTo(new FetchOutcome.At(commit));
  }

  private ClosureResult resolveMirrored(CommitId commit, Optional<HttpsAccess> access)
      throws IOException {
    return new ClosureResolver(remotes).resolve(mirrors.tree(SHOP, commit), source(access));
  }

  private static Optional<HttpsAccess> allowing(int maxBytes) {
    return Optional.of(HttpsAccess.DEFAULT.with(new LfsAccess(maxBytes)));
  }

  private SourceSpec source(Optional<HttpsAccess> access) throws IOException {
    Path login = directory.resolve("login");
    if (!Files.exists(login)) {
      Files.writeString(login, LOGIN);
    }
    return new SourceSpec(
        SHOP,
        git.url("shop.git"),
        Optional.of(new SecretReference("file:" + login)),
        Optional.empty(),
        access,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        "app",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static ClosureResult.Resolved resolved(ClosureResult result) {
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return (ClosureResult.Resolved) result;
  }

  private static String text(ClosureResult result) {
    ClosureResult.Resolved resolved = resolved(result);
    List<InputFile> files = resolved.closure().load(resolved.tree());
    assertThat(resolved.closure().bytes()).isEqualTo(MANIFEST.length());
    return ((InputFile.Text) files.getFirst()).text();
  }

  private static String digest(ClosureResult result) {
    return resolved(result).closure().digest();
  }

  private static Failure refused(ClosureResult result) {
    assertThat(result).isInstanceOf(ClosureResult.Refused.class);
    return ((ClosureResult.Refused) result).failure();
  }
}

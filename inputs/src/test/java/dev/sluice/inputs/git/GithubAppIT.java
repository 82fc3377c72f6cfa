package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.MovedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fetches from git-http-backend as a GitHub App. The server accepts the newest installation token
 * only.
 */
class GithubAppIT {

  private static final GitRef MAIN = GitRef.branch("main");
  private static KeyPair first;
  private static KeyPair second;

  @TempDir private Path directory;
  private final MovedClock clock = new MovedClock();
  private TestAuthority authority;
  private Origin origin;
  private CommitId commit;
  private Mirrors mirrors;
  private HttpBackend server;
  private FakeGithub github;

  @BeforeAll
  static void keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    first = generator.generateKeyPair();
    second = generator.generateKeyPair();
  }

  @BeforeEach
  void create() throws Exception {
    authority = new TestAuthority("authority of the test");
    origin = new Origin(directory.resolve("acme/shop.git"));
    commit = origin.commit(Map.of("a.yaml", Origin.Content.file("a: 1\n")));
    origin.set(MAIN, commit);
    mirrors = new Mirrors(directory.resolve("mirrors"), clock);
    server = HttpBackend.withTls(directory, authority.server(), /* requiresClient= */ false);
    github = new FakeGithub(first.getPublic(), clock.instant());
    server.access(login -> login.equals(github.newest()) ? 200 : 401);
    var unused = TestAuthority.pem(key(), first.getPrivate()); // PKCS #1, as GitHub generates it
  }

  @AfterEach
  void close() {
    mirrors.close();
    origin.close();
    server.close();
    github.close();
  }

  @Test
  void asksForOneTokenAndRenewsItBeforeItExpires() throws Exception {
    assertThat(fetch(Optional.of(FakeGithub.INSTALLATION))).isEqualTo(new FetchOutcome.At(commit));
    assertThat(fetch(Optional.of(FakeGithub.INSTALLATION))).isEqualTo(new FetchOutcome.At(commit));
    assertThat(github.issued()).isEqualTo(1);

    pass(Duration.ofMinutes(41));
    assertThat(fetch(Optional.of(FakeGithub.INSTALLATION))).isEqualTo(new FetchOutcome.At(commit));
    assertThat(github.issued()).as("renewed before its hour is over").isEqualTo(2);
  }

  @Test
  void findsTheInstallationOfTheRepository() throws Exception {
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));

    github.installedFor("acme/other");
    pass(Duration.ofHours(2));
    FetchOutcome.Failed failed = failed(fetch(Optional.empty()));

    assertThat(failed.code()).isEqualTo(SourceFailure.ACCESS_DENIED);
    assertThat(failed.reason()).contains("knows no installation", "install the app for acme/shop");
  }

  @Test
  void aRevokedTokenIsReplaced() throws Exception {
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));
    server.access(login -> login.equals("x-access-token:ghs_2") ? 200 : 401);

    FetchOutcome.Failed failed = failed(fetch(Optional.empty()));
    assertThat(failed.code()).isEqualTo(SourceFailure.CREDENTIALS_EXPIRED);
    assertThat(failed.reason()).contains("GitHub App 12345").doesNotContain("ghs_");

    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void theTokenIsReplacedOnlyIfTheLfsServerRefusesIt() throws Exception {
    AtomicInteger status = new AtomicInteger();
    server.serve(
        "/acme/shop.git/info/lfs/objects/batch",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    RemotePolicy.Base repository = repository(Optional.empty());
    LargeFile file = new LargeFile("a".repeat(64), 5);
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));

    for (int other : List.of(404, 503)) {
      status.set(other);
      assertThat(mirrors.largeFiles().fetch(repository, file)).isPresent();
    }
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));
    assertThat(github.issued()).isEqualTo(1);

    status.set(401);
    assertThat(mirrors.largeFiles().fetch(repository, file)).isPresent();
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));
    assertThat(github.issued()).isEqualTo(2);
  }

  @Test
  void aRotatedKeyIsReadForTheNextToken() throws Exception {
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));
    github.key(second.getPublic());
    pass(Duration.ofHours(1));

    FetchOutcome.Failed failed = failed(fetch(Optional.empty()));
    assertThat(failed.code()).isEqualTo(SourceFailure.CREDENTIALS_REFUSED);
    assertThat(failed.reason()).contains("refuses the signature of app 12345", key().toString());
    assertThat(failed.retryable()).isFalse();

    var unused = TestAuthority.pem(key(), new JcaPKCS8Generator(second.getPrivate(), null));
    assertThat(fetch(Optional.empty())).isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void anApiThatIsDownIsTriedAgain() throws Exception {
    github.always(502);

    FetchOutcome.Failed failed = failed(fetch(Optional.empty()));

    assertThat(failed.code()).isEqualTo(SourceFailure.FORGE_UNREACHABLE);
    assertThat(failed.reason()).contains("answers 502");
    assertThat(failed.retryable()).isTrue();
  }

  @Test
  void anEndlessAnswerIsCutOff() throws Exception {
    github.endless();

    assertThat(failed(fetch(Optional.empty())).code()).isEqualTo(SourceFailure.FORGE_UNREACHABLE);
  }

  @Test
  void aRedirectIsNotFollowedWithTheSignature() throws Exception {
    try (FakeGithub other = new FakeGithub(first.getPublic(), clock.instant())) {
      github.redirect(other.api() + "/app/installations/678/access_tokens");

      FetchOutcome.Failed failed = failed(fetch(Optional.of(FakeGithub.INSTALLATION)));

      assertThat(failed.reason()).contains("answers 302");
      assertThat(other.issued()).isZero();
    }
  }

  @Test
  void aKeyOfAnotherKindIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    var unused =
        TestAuthority.pem(
            key(), new JcaPKCS8Generator(generator.generateKeyPair().getPrivate(), null));

    FetchOutcome.Failed failed = failed(fetch(Optional.empty()));

    assertThat(failed.code()).isEqualTo(SourceFailure.CREDENTIALS_MISSING);
    assertThat(failed.reason()).contains(key().toString(), "give the RSA key");
  }

  private void pass(Duration time) {
    clock.move(time);
    github.now(clock.instant());
  }

  private Path key() {
    return directory.resolve("app.pem");
  }

  private FetchOutcome fetch(Optional<String> installation) throws IOException {
    return mirrors.fetch(repository(installation), MAIN, Optional.empty());
  }

  private RemotePolicy.Base repository(Optional<String> installation) throws IOException {
    HttpsAccess access =
        new HttpsAccess(
            Optional.of(authority.write(directory.resolve("ca.pem"))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(
                new GithubApp(
                    FakeGithub.APP,
                    installation,
                    new SecretReference("file:" + key()),
                    Optional.of(github.api()))),
            Optional.empty());
    return new RemotePolicy.Base(
        new RepositoryId("forge.example/acme/shop"),
        server.url("acme/shop.git"),
        Optional.empty(),
        Optional.empty(),
        Optional.of(access),
        Optional.empty());
  }

  private static FetchOutcome.Failed failed(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    return (FetchOutcome.Failed) outcome;
  }
}

package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches a private repository by HTTPS from git-http-backend, directly and by a proxy. */
class HttpsIT {

  private static final GitRef MAIN = GitRef.branch("main");
  private static final String LOGIN = "alice:s3cret-one";

  @TempDir private Path directory;
  private TestAuthority authority;
  private Origin origin;
  private CommitId commit;
  private Mirrors mirrors;
  private HttpBackend server;

  @BeforeEach
  void create() throws Exception {
    authority = new TestAuthority("authority of the test");
    origin = new Origin(directory.resolve("shop.git"));
    commit = push("a: 1\n");
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    mirrors.close();
    origin.close();
    if (server != null) {
      server.close();
    }
  }

  @Test
  void fetchesWithTheAuthorityOfTheRepositoryAndWithItsCredentials() throws Exception {
    start(false);
    server.accept(LOGIN);

    FetchOutcome.Failed untrusted = failed(fetch(secret("login", LOGIN), HttpsAccess.DEFAULT));
    assertThat(untrusted.code()).isEqualTo(SourceFailure.CERTIFICATE_REFUSED);
    assertThat(untrusted.reason()).contains("not signed by a trusted authority");
    assertThat(server.logins()).as("credentials before the certificate is checked").isEmpty();

    assertThat(fetch(secret("login", LOGIN), trusting())).isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void aBareTokenIsSentAsThePasswordOfATokensUser() throws Exception {
    start(false);
    server.accept("x-access-token:t0ken");

    assertThat(fetch(secret("login", "t0ken\n"), trusting()))
        .isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void onlyTheAuthorityOfTheRepositoryIsTrusted() throws Exception {
    start(false);
    SecretReference other = new TestAuthority("another").write(directory.resolve("other.pem"));

    FetchOutcome.Failed failed =
        failed(fetch(Optional.empty(), access(other, Optional.empty(), Optional.empty())));

    assertThat(failed.code()).isEqualTo(SourceFailure.CERTIFICATE_REFUSED);
  }

  @Test
  void showsItsClientCertificate() throws Exception {
    start(true);
    Path certificate = directory.resolve("client.pem");
    SecretReference valid = authority.client(certificate, Duration.ofHours(1));

    assertThat(fetch(Optional.empty(), client(valid))).isEqualTo(new FetchOutcome.At(commit));

    FetchOutcome.Failed without = failed(fetch(Optional.empty(), trusting()));
    assertThat(without.code())
        .as(without.reason())
        .isEqualTo(SourceFailure.CLIENT_CERTIFICATE_REFUSED);
    assertThat(without.reason()).contains("requires a client certificate");

    var unused = authority.client(certificate, Duration.ofHours(-1));
    FetchOutcome.Failed expired = failed(fetch(Optional.empty(), client(valid)));
    assertThat(expired.code())
        .as(expired.reason())
        .isEqualTo(SourceFailure.CLIENT_CERTIFICATE_REFUSED);
    assertThat(expired.reason()).contains("refuses the certificate of https.clientCertificate");

    unused = authority.client(certificate, Duration.ofHours(1));
    assertThat(fetch(Optional.empty(), client(valid))).isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void namesAReferenceThatHasNoCertificate() throws Exception {
    start(false);
    SecretReference none = secret("ca.pem", "s3cret").orElseThrow();

    FetchOutcome.Failed failed =
        failed(fetch(Optional.empty(), access(none, Optional.empty(), Optional.empty())));

    assertThat(failed.code()).isEqualTo(SourceFailure.CREDENTIALS_MISSING);
    assertThat(failed.reason()).contains(none.value(), "PEM").doesNotContain("s3cret");
  }

  @Test
  void fetchesThroughTheProxyOfTheRepository() throws Exception {
    start(false);
    server.accept(LOGIN);
    try (ConnectProxy proxy = new ConnectProxy()) {
      assertThat(fetch(secret("login", LOGIN), behind(proxy, Optional.empty())))
          .isEqualTo(new FetchOutcome.At(commit));
      assertThat(proxy.tunnels()).containsOnly("127.0.0.1:" + server.port());

      proxy.require("proxy-user:s3cret-proxy");
      FetchOutcome.Failed refused =
          failed(fetch(secret("login", LOGIN), behind(proxy, Optional.empty())));
      assertThat(refused.code()).isEqualTo(SourceFailure.PROXY_REFUSED);

      Optional<SecretReference> wrong = secret("proxy-login", "proxy-user:wrong");
      assertThat(failed(fetch(secret("login", LOGIN), behind(proxy, wrong))).code())
          .isEqualTo(SourceFailure.PROXY_REFUSED);

      Optional<SecretReference> right = secret("proxy-login", "proxy-user:s3cret-proxy");
      assertThat(fetch(secret("login", LOGIN), behind(proxy, right)))
          .isEqualTo(new FetchOutcome.At(commit));
    }
  }

  @Test
  void tellsWrongExpiredRotatedAndMissingCredentialsApart() throws Exception {
    start(false);
    server.accept(LOGIN);

    FetchOutcome.Failed missing = failed(fetch(Optional.empty(), trusting()));
    assertThat(missing.code()).isEqualTo(SourceFailure.CREDENTIALS_MISSING);

    FetchOutcome.Failed absent = failed(fetch(reference(directory.resolve("absent")), trusting()));
    assertThat(absent.code()).isEqualTo(SourceFailure.CREDENTIALS_MISSING);
    assertThat(absent.reason()).contains("there is no such file");

    FetchOutcome.Failed wrong = failed(fetch(secret("login", "alice:wrong"), trusting()));
    assertThat(wrong.code()).isEqualTo(SourceFailure.CREDENTIALS_REFUSED);
    assertThat(wrong.reason()).contains("login").doesNotContain("wrong");

    assertThat(fetch(secret("login", LOGIN), trusting())).isEqualTo(new FetchOutcome.At(commit));
    server.accept("alice:s3cret-two");
    FetchOutcome.Failed expired = failed(fetch(secret("login", LOGIN), trusting()));
    assertThat(expired.code()).isEqualTo(SourceFailure.CREDENTIALS_EXPIRED);
    assertThat(expired.reason()).contains("expired or was revoked").doesNotContain("s3cret");

    FetchOutcome.Failed rotated = failed(fetch(secret("login", "alice:s3cret-2"), trusting()));
    assertThat(rotated.code()).isEqualTo(SourceFailure.CREDENTIALS_ROTATED);
    assertThat(rotated.reason()).contains("accepted another value").doesNotContain("s3cret");

    assertThat(fetch(secret("login", "alice:s3cret-two"), trusting()))
        .as("the right value, read without a restart")
        .isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void tellsLackingRightsApart() throws Exception {
    start(false);
    server.access(_ -> 403);
    FetchOutcome.Failed denied = failed(fetch(secret("login", LOGIN), trusting()));
    assertThat(denied.code()).isEqualTo(SourceFailure.ACCESS_DENIED);

    server.access(_ -> 404);
    FetchOutcome.Failed hidden = failed(fetch(secret("login", LOGIN), trusting()));
    assertThat(hidden.code()).isEqualTo(SourceFailure.REPOSITORY_NOT_FOUND);
    assertThat(hidden.reason()).contains("that the credentials may read it");
  }

  private void start(boolean requiresClient) throws Exception {
    server = HttpBackend.withTls(directory, authority.server(), requiresClient);
  }

  private CommitId push(String text) throws IOException {
    CommitId pushed = origin.commit(Map.of("a.yaml", Origin.Content.file(text)));
    origin.set(MAIN, pushed);
    return pushed;
  }

  private FetchOutcome fetch(Optional<SecretReference> credentials, HttpsAccess access) {
    return mirrors.fetch(
        new RemotePolicy.Base(
            new RepositoryId("forge.example/acme/shop"),
            server.url("shop.git"),
            credentials,
            Optional.empty(),
            Optional.of(access),
            Optional.empty()),
        MAIN,
        Optional.empty());
  }

  private HttpsAccess trusting() throws IOException {
    return access(ours(), Optional.empty(), Optional.empty());
  }

  private HttpsAccess client(SecretReference certificate) throws IOException {
    return access(ours(), Optional.of(certificate), Optional.empty());
  }

  private HttpsAccess behind(ConnectProxy proxy, Optional<SecretReference> login)
      throws IOException {
    HttpsAccess access = access(ours(), Optional.empty(), Optional.of(proxy.url()));
    return new HttpsAccess(
        access.trustedCertificates(),
        access.clientCertificate(),
        access.clientKey(),
        access.proxy(),
        login,
        Optional.empty(),
        Optional.empty());
  }

  private SecretReference ours() throws IOException {
    return authority.write(directory.resolve("ca.pem"));
  }

  private static HttpsAccess access(
      SecretReference authority, Optional<SecretReference> client, Optional<String> proxy) {
    return new HttpsAccess(
        Optional.of(authority),
        client,
        client.map(certificate -> new SecretReference(certificate.value() + ".key")),
        proxy,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Optional<SecretReference> secret(String name, String content) throws IOException {
    return reference(Files.writeString(directory.resolve(name), content));
  }

  private static Optional<SecretReference> reference(Path file) {
    return Optional.of(new SecretReference("file:" + file));
  }

  private static FetchOutcome.Failed failed(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    return (FetchOutcome.Failed) outcome;
  }
}

package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PARTITIONS;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unreadable;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.dispatcher.fleet.FleetValidation;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.ConnectProxy;
import dev.sluice.inputs.git.HttpBackend;
import dev.sluice.inputs.git.OpenSshServer;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import dev.sluice.inputs.git.TestAuthority;
import dev.sluice.platform.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fleets and sources on real servers, by HTTPS and by SSH, with credentials that change. */
class RemoteFleetIT {

  private static final RetryTiming POLLING =
      new RetryTiming(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofMillis(300));

  @TempDir private Path directory;
  private Situation situation;
  private Origin fleet;
  private HttpBackend https;
  private RepositoryId repository;
  private TestAuthority authority;

  @BeforeEach
  void create() throws Exception {
    situation = new Situation(directory);
    situation.put("web", "one").push();
    fleet = new Origin(directory.resolve("fleet.git"));
    fleet.setHead(MAIN);
    authority = new TestAuthority("authority of the test");
    https = HttpBackend.withTls(directory, authority.server(), /* requiresClient= */ false);
    repository = RepositoryId.fromUrl(https.url("shop.git"));
  }

  @AfterEach
  void close() {
    situation.close();
    fleet.close();
    https.close();
  }

  @Test
  void aFleetBySshNamesASourceByHttps() throws Exception {
    https.accept("x-access-token:first-token");
    Path token = Files.writeString(directory.resolve("token"), "first-token\n");
    push(token);
    try (OpenSshServer ssh = new OpenSshServer(directory, List.of("ed25519"))) {
      Path key = OpenSshServer.generate(directory.resolve("key"), "ed25519", "correct horse");
      ssh.authorize(key);
      start(
          "git+" + ssh.url(directory.resolve("fleet.git")) + "//production@main",
          Optional.empty(),
          Optional.of(
              new SshAccess(
                  reference(key),
                  reference(Files.writeString(directory.resolve("passphrase"), "correct horse")),
                  reference(
                      Files.writeString(
                          directory.resolve("known_hosts"), ssh.knownHost("ed25519"))))));

      assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
    }
  }

  @Test
  void aFleetByHttpsIsReadWithItsCredentialsAndFollowed() throws Exception {
    https.accept("bot:s3cret");
    Path login = Files.writeString(directory.resolve("login"), "bot:s3cret");
    push(login);
    SSLContext before = SSLContext.getDefault();
    SSLSocketFactory sockets = HttpsURLConnection.getDefaultSSLSocketFactory();
    trust();
    try {
      start("git+" + https.url("fleet.git") + "//production", reference(login), Optional.empty());
      assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");

      situation.put("web", "two").push();
      assertThat(lines(situation.awaitSync(STAGING, 2))).contains("web 2 two");
    } finally {
      SSLContext.setDefault(before);
      HttpsURLConnection.setDefaultSSLSocketFactory(sockets);
    }
  }

  @Test
  void aFleetByHttpsIsReadWithAClientCertificateThroughAProxy() throws Exception {
    https.close();
    https = HttpBackend.withTls(directory, authority.server(), /* requiresClient= */ true);
    https.accept("bot:s3cret");
    Path login = Files.writeString(directory.resolve("login"), "bot:s3cret");
    Path client = directory.resolve("client.pem");
    var unused = authority.client(client, Duration.ofHours(1));
    push(
        documents(login)
            .replace(
                "https: {",
                "https: {clientCertificate: \"file:%s\", clientKey: \"file:%s.key\", "
                    .formatted(client, client)));
    try (ConnectProxy proxy = new ConnectProxy()) {
      proxy.require("proxy-user:s3cret-proxy");
      Map<String, List<String>> options =
          Map.of(
              "fleet", List.of("git+" + https.url("fleet.git") + "//production"),
              "fleet-credentials", List.of("file:" + login),
              "fleet-trusted-certificates", List.of("file:" + directory.resolve("ca.pem")),
              "fleet-client-certificate", List.of("file:" + client),
              "fleet-client-key", List.of("file:" + client + ".key"),
              "fleet-proxy", List.of(proxy.url()),
              "fleet-proxy-credentials",
                  List.of(
                      "file:"
                          + Files.writeString(
                              directory.resolve("proxy-login"), "proxy-user:s3cret-proxy")));
      start(
          FleetConfig.from(
              new Settings(FleetConfig.SETTINGS, List.of())
                  .read(options, Map.of(), Optional.empty())));

      assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
      assertThat(proxy.tunnels()).containsOnly("127.0.0.1:" + https.port());
    }
  }

  @Test
  void rotatedCredentialsAreReadWithoutARestartAndTheirFailuresAreRecorded() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "wrong-token\n");
    https.accept("x-access-token:first-token");
    repository(token);
    situation.application("web", "staging");
    situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    awaitCode(SourceFailure.CREDENTIALS_REFUSED);

    Files.writeString(token, "first-token\n");
    notifyOf(situation.push());
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");
    await().until(() -> unreadable().isEmpty());

    https.accept("x-access-token:second-token");
    awaitCode(SourceFailure.CREDENTIALS_EXPIRED);

    Files.writeString(token, "2nd-token\n");
    notifyOf(situation.push());
    awaitCode(SourceFailure.CREDENTIALS_ROTATED);

    https.access(_ -> 403);
    notifyOf(situation.push());
    awaitCode(SourceFailure.ACCESS_DENIED);

    https.accept("x-access-token:second-token");
    Files.writeString(token, "second-token\n");
    notifyOf(situation.put("web", "two").push());
    assertThat(lines(situation.awaitSync(STAGING, 2))).contains("web 2 two");
    await().until(() -> unreadable().isEmpty());
    assertThat(situation.state().toString()).doesNotContain("wrong-token", "2nd-token");
  }

  /** Delivers a webhook, so that a fetch that failed is tried again at once. */
  private void notifyOf(CommitId commit) {
    situation.deliver(repository, Optional.of(commit));
  }

  private void awaitCode(FailureCode code) {
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> assertThat(unreadable().flatMap(Unreadable::code)).isEqualTo(Optional.of(code)));
  }

  private Optional<Unreadable> unreadable() {
    List<RefState> refs =
        situation.state().stream()
            .filter(RefState.class::isInstance)
            .map(RefState.class::cast)
            .toList();
    return refs.isEmpty() ? Optional.empty() : refs.getLast().unreadable();
  }

  private void repository(Path token) throws IOException {
    situation.document("base", documents(token));
  }

  private String documents(Path credentials) throws IOException {
    return """
    apiVersion: sluice.dev/v1
    kind: Repository
    metadata: {name: shop}
    spec:
      url: "%s"
      credentials: "file:%s"
      https: {trustedCertificates: "%s"}
    ---
    apiVersion: sluice.dev/v1
    kind: Cluster
    metadata: {name: staging}
    """
        .formatted(
            https.url("shop.git"), credentials, authority.write(directory.resolve("ca.pem")));
  }

  private void push(Path credentials) throws IOException {
    push(documents(credentials));
  }

  private void push(String documents) throws IOException {
    CommitId commit =
        fleet.commit(
            Map.of(
                "production/base.yaml",
                Content.file(documents),
                "production/web.yaml",
                Content.file(
                    """
                    apiVersion: sluice.dev/v1
                    kind: Application
                    metadata: {name: web}
                    spec:
                      source: {repository: shop, path: apps/web}
                      clusters: {names: [staging]}
                      namespace: web
                    """)));
    fleet.set(MAIN, commit);
  }

  private void start(
      String location, Optional<SecretReference> credentials, Optional<SshAccess> ssh) {
    FleetConfig config =
        new FleetConfig(
            FleetLocation.parse(location),
            credentials,
            ssh,
            Optional.empty(),
            Optional.empty(),
            FleetValidation.STRICT);
    start(config);
  }

  private void start(FleetConfig config) {
    situation.start(
        situation.config(config, "mirrors", PARTITIONS, POLLING), DispatchListener.NONE);
  }

  /** Makes the process trust the authority, as --trusted-certificates does. */
  private void trust() throws Exception {
    TrustManagerFactory trust = authority.trust();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLContext.setDefault(context);
    HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
  }

  private static Optional<SecretReference> reference(Path file) {
    return Optional.of(new SecretReference("file:" + file));
  }
}

package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults between a real forge and Sluice. Sluice fetches through a proxy; the forge sends webhooks
 * directly. Needs the system property {@code sluice.forges}, see {@link RealForge}.
 */
@Tag("forge")
class RealForgeFaultsIT {

  private static final String[] UNREADABLE =
      Stream.of(
              SourceFailure.REPOSITORY_UNREADABLE,
              SourceFailure.REPOSITORY_NOT_FOUND,
              SourceFailure.CREDENTIALS_MISSING,
              SourceFailure.CREDENTIALS_REFUSED,
              SourceFailure.FORGE_UNREACHABLE,
              SourceFailure.CERTIFICATE_REFUSED,
              SourceFailure.HOST_KEY_REFUSED)
          .map(SourceFailure::value)
          .toArray(String[]::new);

  private static final String SECRET = "forge-secret";
  private static final String FILE = "web/configmap.yaml";
  private static final String NAME = "web";
  private static final String UNTRUSTED =
      "the server's certificate is not signed by a trusted authority";

  @TempDir private Path directory;
  private final String repository = "faults-" + Long.toString(System.nanoTime(), 36);
  private RealForge forge;
  private Scenario scenario;
  private TcpProxy proxy;

  @BeforeEach
  void create() throws Exception {
    forge = RealForge.required();
    forge.create(repository);
    forge.put(repository, FILE, configMap(NAME, "first"));
    proxy = TcpProxy.before(URI.create(forge.url()).getPort());
    scenario = Scenario.in(directory, STAGING);
    scenario.fleet().application("local", "local", scenario.namespace(), STAGING);
    var unused = scenario.commit(local("first"));
    Path secret = Files.writeString(directory.resolve("hook"), SECRET);
    scenario.endpoints(
        "name=forge,forge=gitea,host=%s,secret=file:%s".formatted(forge.host(), secret),
        "name=github,forge=github,host=localhost,secret=file:" + directory.resolve("secret"));
  }

  @AfterEach
  void close() throws Exception {
    if (scenario != null) {
      scenario.close();
      proxy.close();
      forge.delete(repository);
    }
  }

  @Test
  void whatChangesWhileTheForgeIsDownIsAppliedWhenItIsBack() throws Exception {
    scenario.setting("sweep", "2s");
    try (OneProcess sluice = start()) {
      proxy.cut();

      String second = forge.put(repository, FILE, configMap(NAME, "second"));

      awaitUnreadable(sluice, "cannot fetch " + identity());
      assertThat(CommandRun.of(sluice, "describe", "web").words()).contains("Unknown");
      awaitWebhook(second);
      assertThat(scenario.configMaps().value(NAME)).contains("first");
      assertOthersAreApplied(sluice);

      proxy.restore();

      scenario.configMaps().awaitValue(NAME, "second");
      awaitReadable(sluice);
      assertThat(scenario.deadLetters()).isEmpty();
      scenario.verify();
    }
  }

  @Test
  void webhooksSentWhileTheForgeCannotBeReadAreEvaluatedWithoutThePoll() throws Exception {
    scenario.setting("sweep", "0s");
    try (OneProcess sluice = start()) {
      proxy.cut();
      forge.put(repository, FILE, configMap(NAME, "second"));
      String third = forge.put(repository, FILE, configMap(NAME, "third"));
      awaitWebhook(third);
      awaitUnreadable(sluice, "cannot fetch " + identity());

      proxy.restore();

      scenario.configMaps().awaitValue(NAME, "third");
      awaitReadable(sluice);
      assertThat(targets()).as("one for each state that could be read").hasSize(2);
      scenario.verify();
    }
  }

  @Test
  void aConnectionThatSaysNothingEndsAndHoldsUpNoOtherRepository() throws Exception {
    scenario.setting("sweep", "2s");
    try (OneProcess sluice = start()) {
      proxy.stall();

      forge.put(repository, FILE, configMap(NAME, "second"));

      assertOthersAreApplied(sluice);
      awaitUnreadable(sluice, "timed out");

      proxy.restore();

      scenario.configMaps().awaitValue(NAME, "second");
      awaitReadable(sluice);
      scenario.verify();
    }
  }

  @Test
  void aSlowConnectionIsNoFailure() throws Exception {
    scenario.setting("sweep", "0s");
    try (OneProcess sluice = start()) {
      proxy.slow();

      forge.put(repository, FILE, configMap(NAME, "second"));

      assertOthersAreApplied(sluice);
      scenario.configMaps().awaitValue(NAME, "second");
      awaitReadable(sluice);
      scenario.verify();
    }
  }

  @Test
  void aRepeatedDeliveryIsAnsweredAndSendsNothingTwice() throws Exception {
    scenario.setting("sweep", "0s");
    follow("http");
    try (OneProcess sluice = scenario.start();
        RecordedDeliveries deliveries = RecordedDeliveries.before(endpoint(sluice))) {
      scenario.configMaps().awaitValue(NAME, "first");
      forge.hook(repository, deliveries.url(), SECRET);
      String second = forge.put(repository, FILE, configMap(NAME, "second"));
      scenario.configMaps().awaitValue(NAME, "second");
      awaitWebhook(second);
      // the forge may also deliver the push before the webhook was added
      RecordedDeliveries.Delivery delivery =
          patiently().until(() -> deliveries.about(second), Optional::isPresent).orElseThrow();
      assertThat(delivery.header("X-Gitea-Event")).isEqualTo("push");
      assertThat(delivery.status()).isEqualTo(202);

      HttpResponse<String> again = deliveries.repeat(delivery);

      assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
      forge.put(repository, FILE, configMap(NAME, "third"));
      scenario.configMaps().awaitValue(NAME, "third");
      assertThat(webhookChanges())
          .filteredOn(change -> change.after().orElseThrow().value().equals(second))
          .as("the repeated delivery is not published again")
          .hasSize(1);
      assertThat(targets()).as("the first state and the pushes").hasSize(3);
      scenario.verify();
    }
  }

  @Test
  void aCertificateOfAPrivateAuthorityIsAcceptedOnceTheAuthorityIsTrusted() throws Exception {
    PrivateAuthority authority = new PrivateAuthority("authority of the test");
    SSLContext trustedBefore = SSLContext.getDefault();
    SSLSocketFactory socketsBefore = HttpsURLConnection.getDefaultSSLSocketFactory();
    scenario.setting("sweep", "2s");
    proxy.close();
    proxy = TcpProxy.before(URI.create(forge.url()).getPort(), authority.sockets());
    follow("https");
    try {
      try (OneProcess sluice = scenario.start()) {
        awaitUnreadable(sluice, UNTRUSTED);
        assertThat(CommandRun.of(sluice, "get", "repositories", "-o", "wide").out())
            .contains("--trusted-certificates");
      }
      PrivateAuthority other = new PrivateAuthority("another authority");
      TrustedCertificates.trust(other.write(directory.resolve("other.pem")));
      try (OneProcess sluice = scenario.start()) {
        awaitUnreadable(sluice, UNTRUSTED);
        assertOthersAreApplied(sluice);
      }
      TrustedCertificates.trust(authority.write(directory.resolve("ca.pem")));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue(NAME, "first");
        forge.put(repository, FILE, configMap(NAME, "second"));
        scenario.configMaps().awaitValue(NAME, "second");
        awaitReadable(sluice);
        scenario.verify();
      }
    } finally {
      SSLContext.setDefault(trustedBefore);
      HttpsURLConnection.setDefaultSSLSocketFactory(socketsBefore);
    }
  }

  /** Adds the repository, by the proxy's URL, and its application to the fleet. */
  private void follow(String scheme) throws IOException {
    Path token = Files.writeString(directory.resolve("token"), forge.token());
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: forge}
            spec:
              forge: gitea
              url: "%s://127.0.0.1:%d/%s/%s.git"
              identity: "%s"
              credentials: "file:%s"
            ---
            apiVersion: sluice.dev/v1
            kind: Application
            metadata: {name: web}
            spec:
              source: {repository: forge, path: web}
              clusters: {names: [staging]}
              namespace: %s
            """
                .formatted(
                    scheme,
                    proxy.port(),
                    forge.admin(),
                    repository,
                    identity(),
                    token,
                    scenario.namespace()));
  }

  private OneProcess start() throws Exception {
    follow("http");
    OneProcess sluice = scenario.start();
    forge.hook(repository, endpoint(sluice), SECRET);
    scenario.configMaps().awaitValue(NAME, "first");
    scenario.configMaps().awaitValue("local", "first");
    return sluice;
  }

  private static String endpoint(OneProcess sluice) {
    return "http://127.0.0.1:%d/webhooks/forge".formatted(sluice.webhookPort());
  }

  private void assertOthersAreApplied(OneProcess sluice) throws Exception {
    CommitId commit = scenario.push(sluice, local("second"));
    scenario.configMaps().awaitValue("local", "second");
    assertThat(CommandRun.of(sluice, "explain", commit.value()).out()).contains("local");
  }

  private static Map<String, String> local(String value) {
    return Map.of("local/configmap.yaml", configMap("local", value));
  }

  private void awaitUnreadable(OneProcess sluice, String reason) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(CommandRun.of(sluice, "describe", "web").words())
                    .containsAnyOf(UNREADABLE));
    assertThat(CommandRun.of(sluice, "get", "repositories", "-o", "wide").out()).contains(reason);
    assertThat(CommandRun.of(sluice, "doctor").words())
        .contains("refs that cannot be read", identity(), reason);
  }

  private static void awaitReadable(OneProcess sluice) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(CommandRun.of(sluice, "describe", "web").words())
                    .contains("Synced")
                    .doesNotContain(UNREADABLE));
  }

  private void awaitWebhook(String commit) {
    patiently()
        .until(
            () ->
                webhookChanges().stream()
                    .anyMatch(change -> change.after().orElseThrow().value().equals(commit)));
  }

  private String identity() {
    return "%s/%s/%s".formatted(forge.host(), forge.admin(), repository);
  }

  private List<RefChanged> webhookChanges() {
    return scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class).stream()
        .filter(RefChanged.class::isInstance)
        .map(RefChanged.class::cast)
        .filter(change -> change.repository().value().equals(identity()))
        .toList();
  }

  private List<SyncEvent.Target> targets() {
    return scenario.read(scenario.kafka().topics().sync(STAGING), SyncEvent.class).stream()
        .filter(SyncEvent.Target.class::isInstance)
        .map(SyncEvent.Target.class::cast)
        .filter(target -> target.application().value().equals(NAME))
        .toList();
  }
}

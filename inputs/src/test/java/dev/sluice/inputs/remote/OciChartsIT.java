package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpExchange;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.remote.ChartServer.Reply;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts from an OCI registry, over HTTP. */
class OciChartsIT {

  /** Waiting time that no download reaches, not even on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final String SECRET = "reader:s3cret-word";
  private static final String BASIC =
      "Basic " + Base64.getEncoder().encodeToString(SECRET.getBytes(UTF_8));
  private static final String TYPE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
  private static final String MANIFEST = "/v2/team/charts/queue/manifests/0.1.0-rc.1_b1";

  @TempDir Path directory;
  private ChartServer registry;
  private ChartServer storage;
  private Mirrors mirrors;
  private FetchedRemotes remotes;
  private byte[] queue;
  private String blob = "";

  @BeforeEach
  void start() throws IOException {
    registry = ChartServer.start();
    storage = ChartServer.start();
    mirrors = new Mirrors(directory, Clock.systemUTC());
    remotes = FetchedRemotes.within(directory, mirrors, PATIENCE, Clock.systemUTC());
    queue = ChartPackage.of("queue", "0.1.0-rc.1+b1").bytes();
    blob = "/v2/team/charts/queue/blobs/sha256:" + Sha256.of(queue);
    registry.page(MANIFEST, manifest(TYPE)).page(blob, Reply.ok(queue));
  }

  @AfterEach
  void stop() {
    remotes.close();
    mirrors.close();
    storage.close();
    registry.close();
  }

  @Test
  void aPublicChartIsPulledByItsTag() throws Exception {
    assertThat(chart(Optional.empty()).entry("templates/map.yaml")).isPresent();
    assertThat(registry.received()).allMatch(request -> request.authorization().isEmpty());
  }

  @Test
  void theTokenServiceAndBlobsMayBeOnOtherHosts() throws Exception {
    try (ChartServer tokens = ChartServer.start()) {
      String asked = "/token?account=a&service=charts+here&scope=repository%3Ateam%2Fq%3Apull";
      tokens.page(asked, Reply.ok("{\"token\": \"t0ken\"}"));
      Reply login =
          challenge(
              "Bearer realm=\"%s\",service=\"charts here\",scope=\"repository:team/q:pull\""
                  .formatted(tokens.url("/token?account=a")));
      registry
          .page(MANIFEST, exchange -> is(exchange, "Bearer t0ken") ? manifest(TYPE) : login)
          .page(
              blob,
              exchange ->
                  is(exchange, "Bearer t0ken")
                      ? Reply.redirect(storage.url("/bucket?signature=x"))
                      : login);
      storage.page("/bucket?signature=x", Reply.ok(queue));

      assertThat(chart(secret()).entry("Chart.yaml")).isPresent();

      assertThat(tokens.received())
          .extracting(ChartServer.Received::path, ChartServer.Received::authorization)
          .containsExactly(tuple(asked, Optional.of(BASIC)));
      assertThat(storage.received()).hasSize(1).allMatch(one -> one.authorization().isEmpty());
      assertThat(registry.received())
          .as("the registry is shown the token, never the password")
          .noneMatch(one -> one.authorization().equals(Optional.of(BASIC)));
    }
  }

  @Test
  void aHostThatTheRegistryRedirectsToGetsNoCredentials() throws Exception {
    registry.page(MANIFEST, Reply.redirect(storage.url("/manifest")));
    storage.page(
        "/manifest", challenge("Bearer realm=\"%s\",scope=\"x\"".formatted(storage.url("/token"))));

    assertThat(failure(secret())).hasMessageContaining("401");
    assertThat(storage.received())
        .extracting(ChartServer.Received::path, ChartServer.Received::authorization)
        .containsExactly(tuple("/manifest", Optional.empty()));
  }

  @Test
  void anAnonymousTokenNeedsNoCredentials() throws Exception {
    registry
        .page(
            "/token?scope=repository%3Ateam%2Fcharts%2Fqueue%3Apull",
            Reply.ok("{\"access_token\": \"anyone\"}"))
        .page(
            MANIFEST,
            exchange ->
                is(exchange, "Bearer anyone")
                    ? manifest(TYPE)
                    : challenge("Bearer realm=\"%s\"".formatted(registry.url("/token"))));

    assertThat(chart(Optional.empty()).entry("Chart.yaml")).isPresent();
  }

  @Test
  void basicCredentialsAreSentToARegistryThatRequiresThem() throws Exception {
    registry.page(
        MANIFEST,
        exchange -> is(exchange, BASIC) ? manifest(TYPE) : challenge("Basic realm=\"charts\""));

    assertThat(chart(secret()).entry("Chart.yaml")).isPresent();
  }

  @Test
  void aRefusalSaysToCheckTheCredentials() throws Exception {
    registry.page(MANIFEST, challenge("Basic realm=\"charts\""));

    RemoteException refused = failure(secret());

    assertThat(refused.code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
    assertThat(refused)
        .hasMessageContaining("401")
        .hasMessageContaining("credentials")
        .hasMessageNotContaining("s3cret-word");
  }

  @Test
  void anInvalidTokenIsNotShown() throws Exception {
    registry
        .page("/token?scope=x", Reply.ok("{\"token\": \"a\\r\\nHost: evil\"}"))
        .page(
            MANIFEST,
            challenge("Bearer realm=\"%s\",scope=\"x\"".formatted(registry.url("/token"))));

    assertThat(failure(secret()))
        .hasMessageContaining("gives no token")
        .hasMessageNotContaining("evil");
  }

  @Test
  void anUnknownTagIsMissing() {
    RemoteException missing =
        catchThrowableOfType(
            RemoteException.class,
            () -> remotes.chart(repository(Optional.empty()), "queue", "9.9.9"));

    assertThat(missing.code()).isEqualTo(SourceFailure.REMOTE_MISSING);
  }

  @Test
  void anImageIsNotAChart() {
    registry.page(MANIFEST, manifest("application/vnd.oci.image.layer.v1.tar+gzip"));

    assertThat(failure(Optional.empty()))
        .hasMessageContaining("no Helm chart")
        .extracting(RemoteException::code)
        .isEqualTo(SourceFailure.REMOTE_INVALID);
  }

  @Test
  void aBlobWithAnotherDigestIsRefused() throws Exception {
    registry.page(blob, Reply.ok(ChartPackage.of("queue", "0.1.0").bytes()));

    assertThat(failure(Optional.empty()))
        .hasMessageContaining("digest")
        .extracting(RemoteException::code)
        .isEqualTo(SourceFailure.REMOTE_INVALID);
  }

  private Reply manifest(String type) {
    return Reply.ok(
        """
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
         "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json"},
         "layers": [
          {"mediaType": "application/vnd.cncf.helm.chart.provenance.v1.prov", "digest": "sha256:0"},
          {"mediaType": "%s", "digest": "sha256:%s", "size": %d}]}
        """
            .formatted(type, Sha256.of(queue), queue.length));
  }

  private static Reply challenge(String how) {
    return new Reply(401, Map.of("WWW-Authenticate", how), new byte[0]);
  }

  private static boolean is(HttpExchange exchange, String authorization) {
    return authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private Optional<SecretReference> secret() throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), SECRET);
    return Optional.of(new SecretReference("file:" + file));
  }

  private RemotePolicy.Charts repository(Optional<SecretReference> credentials) {
    return new RemotePolicy.Charts("oci://" + registry.host() + "/team/charts", credentials);
  }

  private SourceTree chart(Optional<SecretReference> credentials) throws RemoteException {
    return remotes.chart(repository(credentials), "queue", "0.1.0-rc.1+b1");
  }

  private RemoteException failure(Optional<SecretReference> credentials) {
    return catchThrowableOfType(RemoteException.class, () -> chart(credentials));
  }
}

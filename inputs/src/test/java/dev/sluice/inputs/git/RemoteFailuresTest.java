package dev.sluice.inputs.git;

import static dev.sluice.contract.failure.SourceFailure.FORGE_UNREACHABLE;
import static dev.sluice.contract.failure.SourceFailure.PROXY_REFUSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.URIish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteFailuresTest {

  private static final RepositoryId SHOP = new RepositoryId("forge.example/acme/shop");

  private static final Remote REMOTE =
      new Remote(
          "https://forge.example/acme/shop",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  static Stream<Arguments> failures() throws Exception {
    return Stream.of(
        arguments(
            new TransportException("connection refused"),
            SourceFailure.FORGE_UNREACHABLE,
            true,
            "connection refused"),
        arguments(new IOException("timed out"), SourceFailure.FORGE_UNREACHABLE, true, "timed out"),
        arguments(
            new IOException("No space left on device"),
            SourceFailure.MIRROR_FULL,
            true,
            "make room on the disk"),
        arguments(
            new TransportException(
                "packing failed", new BoundedRepository.MirrorTooLargeException(3L << 20)),
            SourceFailure.MIRROR_FULL,
            false,
            "more than 3 MiB"),
        arguments(
            new TransportException(
                "redirected", new SameHost.RedirectedElsewhereException("other.example", 443)),
            SourceFailure.REPOSITORY_REDIRECTED,
            false,
            "give the URL it redirects to"),
        arguments(
            new NoRemoteRepositoryException(new URIish("https://forge.example/x"), "not found"),
            SourceFailure.REPOSITORY_NOT_FOUND,
            false,
            "check the URL"),
        arguments(
            new URISyntaxException("ht!tp", "illegal scheme"),
            SourceFailure.REPOSITORY_NOT_FOUND,
            false,
            "correct the URL"),
        arguments(
            new TransportException("x: not authorized"),
            SourceFailure.CREDENTIALS_MISSING,
            false,
            "requires credentials"),
        arguments(
            new TransportException("Auth fail"),
            SourceFailure.CREDENTIALS_MISSING,
            false,
            "requires credentials"),
        arguments(tunnel("407 Proxy Authentication Required"), PROXY_REFUSED, false, "407 Proxy"),
        arguments(tunnel("403 Forbidden"), PROXY_REFUSED, false, "https.proxyCredentials"),
        arguments(tunnel("503 Service Unavailable"), FORGE_UNREACHABLE, true, "503 Service"),
        arguments(
            new TransportException("http://forge.example/x: 407 Proxy Authentication Required"),
            PROXY_REFUSED,
            false,
            "https.proxyCredentials"),
        arguments(
            new TransportException("Authentication is required but none was given"),
            SourceFailure.CREDENTIALS_MISSING,
            false,
            "requires credentials"));
  }

  /** Returns the JDK's failure for a proxy that opens no tunnel. */
  private static TransportException tunnel(String status) {
    return new TransportException(
        "https://forge.example/x: cannot open git-upload-pack",
        new IOException(
            "Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 %s\"".formatted(status)));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void saysWhatToDoAndWhetherARetryMayHelp(
      Exception failure, SourceFailure code, boolean retryable, String message) {
    FetchOutcome.Failed failed =
        RemoteFailures.classify(SHOP, failure, REMOTE, Optional.empty(), Logins.History.UNKNOWN);

    assertThat(failed.code()).isEqualTo(code);
    assertThat(failed.retryable()).isEqualTo(retryable);
    assertThat(failed.reason())
        .startsWith("cannot fetch forge.example/acme/shop: ")
        .contains(message);
  }

  @Test
  void namesThePlaceOfRefusedCredentials() {
    Remote remote =
        new Remote(
            REMOTE.url(),
            Optional.of(new SecretReference("env:TOKEN")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    FetchOutcome.Failed failed =
        RemoteFailures.classify(
            SHOP,
            new TransportException("x: authentication not supported"),
            remote,
            Optional.of(new Remote.Login("bot", "s3cret")),
            Logins.History.UNKNOWN);

    assertThat(failed.code()).isEqualTo(SourceFailure.CREDENTIALS_REFUSED);
    assertThat(failed.reason()).contains("refuses the credentials at env:TOKEN");
    assertThat(failed.retryable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret-token", "s3cret/t@ken", "s3cret:t@ken", "s3cret token+more"})
  void noEncodingOfACredentialIsShown(String password) {
    String basic =
        Base64.getEncoder().encodeToString(("bot:" + password).getBytes(StandardCharsets.UTF_8));
    String form = URLEncoder.encode(password, StandardCharsets.UTF_8);
    String message =
        String.join(
            " ",
            "https://bot:" + password + "@forge.example/acme/shop: refused",
            "https://bot:" + form + "@forge.example/acme/shop",
            "password=" + password,
            "token=" + form,
            "query=" + form.replace("+", "%20"),
            "Basic " + basic);

    String reason =
        RemoteFailures.classify(
                SHOP,
                new IOException("it failed", new IOException(message)),
                REMOTE,
                Optional.of(new Remote.Login("bot", password)),
                Logins.History.UNKNOWN)
            .reason();

    assertThat(reason)
        .contains("it failed", "refused")
        .doesNotContain("s3cret", "ken@", "t@ken", "token+more", "token%20more", basic);
  }

  @Test
  void credentialsOfAUrlAreNotShownEvenIfTheyAreNotOurs() {
    assertThat(
            RemoteFailures.classify(
                    SHOP,
                    new IOException("moved to https://user:pass@forge.example/x"),
                    REMOTE,
                    Optional.empty(),
                    Logins.History.UNKNOWN)
                .reason())
        .endsWith("moved to https://forge.example/x");
  }

  @Test
  void aMessageIsOneShortLine() {
    String reason =
        RemoteFailures.classify(
                SHOP,
                new IOException("one\r\n\ttwo" + "x".repeat(1_000)),
                REMOTE,
                Optional.empty(),
                Logins.History.UNKNOWN)
            .reason();

    assertThat(reason).contains("one two").hasSizeLessThan(400).contains(" characters ...]");
    assertThat(
            RemoteFailures.classify(
                    SHOP, new IOException(), REMOTE, Optional.empty(), Logins.History.UNKNOWN)
                .reason())
        .endsWith(": IOException");
  }
}

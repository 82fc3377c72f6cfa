package dev.sluice.inputs.git;

import static java.time.temporal.ChronoUnit.SECONDS;

import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.RepositoryId;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.jspecify.annotations.Nullable;

/** Classifies failures of remotes: the message, and whether a retry may help. */
final class RemoteFailures {

  private static final int MAX_DETAIL = 300;

  /** JGit's message for the status 403. */
  private static final String NOT_PERMITTED = "not permitted on";

  /** The JDK's message for a refused tunnel, and JGit's for the status 407. */
  private static final Pattern OF_PROXY =
      Pattern.compile("through proxy.*\"HTTP/\\S+ (403|407)\\b|: 407 ");

  private RemoteFailures() {}

  /** Returns the failure of credentials that cannot be read. */
  static FetchOutcome.Failed unreadable(RepositoryId repository, IllegalStateException error) {
    return failed(
        SourceFailure.CREDENTIALS_MISSING, repository, String.valueOf(error.getMessage()), false);
  }

  /** Returns the failure of a GitHub App that is issued no token. */
  static FetchOutcome.Failed noToken(RepositoryId repository, GithubApi.RefusedException error) {
    return failed(
        error.code(),
        repository,
        String.valueOf(error.getMessage()),
        error.code() == SourceFailure.FORGE_UNREACHABLE);
  }

  /**
   * Classifies the failure of a request.
   *
   * @param login of the request, which the message does not show
   * @param history of its credentials
   */
  static FetchOutcome.Failed classify(
      RepositoryId repository,
      Exception error,
      Remote remote,
      Optional<Remote.Login> login,
      Logins.History history) {
    Optional<KnownHosts.HostKeyException> hostKey = cause(error, KnownHosts.HostKeyException.class);
    if (hostKey.isPresent()) {
      return failed(
          SourceFailure.HOST_KEY_REFUSED,
          repository,
          String.valueOf(hostKey.get().getMessage()),
          false);
    }
    if (TlsFailures.isOfClientCertificate(error)) {
      return failed(
          SourceFailure.CLIENT_CERTIFICATE_REFUSED,
          repository,
          remote.https().flatMap(HttpsAccess::clientCertificate).isPresent()
              ? "the server refuses the certificate of https.clientCertificate: check its expiry"
                  + " and its authority"
              : "the server requires a client certificate: give https.clientCertificate and"
                  + " https.clientKey",
          false);
    }
    Optional<String> tls = TlsFailures.describe(error);
    if (tls.isPresent()) {
      return failed(SourceFailure.CERTIFICATE_REFUSED, repository, tls.get(), false);
    }
    String detail = redacted(error, login);
    return switch (error) {
      case Exception e when caused(e, SameHost.RedirectedElsewhereException.class) ->
          failed(
              SourceFailure.REPOSITORY_REDIRECTED,
              repository,
              detail + ": give the URL it redirects to",
              false);
      case Exception e when caused(e, ObjectFormats.Sha256Exception.class) ->
          failed(
              SourceFailure.SHA256_REPOSITORY,
              repository,
              detail + ": push its content to a repository with the object format SHA-1",
              false);
      case Exception e when caused(e, BoundedRepository.MirrorTooLargeException.class) ->
          failed(
              SourceFailure.MIRROR_FULL,
              repository,
              detail + ": make the repository smaller, or raise the dispatcher's mirror-limit",
              false);
      case Exception _ when detail.contains("No space left on device") ->
          failed(
              SourceFailure.MIRROR_FULL,
              repository,
              detail + ": make room on the disk of the dispatcher's mirrors",
              true);
      case NoRemoteRepositoryException _, NotSupportedException _ ->
          failed(
              SourceFailure.REPOSITORY_NOT_FOUND,
              repository,
              detail + ": check the URL, and that the credentials may read it",
              false);
      case URISyntaxException _ ->
          failed(
              SourceFailure.REPOSITORY_NOT_FOUND, repository, detail + ": correct the URL", false);
      case Exception _ when OF_PROXY.matcher(detail).find() ->
          failed(
              SourceFailure.PROXY_REFUSED,
              repository,
              detail + ": check https.proxyCredentials, and that the proxy permits this host",
              false);
      case Exception _ when detail.contains(NOT_PERMITTED) ->
          failed(
              SourceFailure.ACCESS_DENIED,
              repository,
              detail + ": give the user, token or app the right to read the repository",
              false);
      case Exception _ when refused(detail) ->
          refusedCredentials(repository, detail, remote, history);
      default -> failed(SourceFailure.FORGE_UNREACHABLE, repository, detail, true);
    };
  }

  private static FetchOutcome.Failed refusedCredentials(
      RepositoryId repository, String detail, Remote remote, Logins.History history) {
    Optional<String> named = credentials(remote);
    if (named.isEmpty()) {
      return failed(
          SourceFailure.CREDENTIALS_MISSING,
          repository,
          detail + ": the server requires credentials: give the Repository's credentials",
          false);
    }
    String when = history.acceptedAt().map(at -> at.truncatedTo(SECONDS).toString()).orElse("");
    return switch (history.past()) {
      case UNKNOWN ->
          failed(
              SourceFailure.CREDENTIALS_REFUSED,
              repository,
              "%s: the server refuses %s".formatted(detail, named.get()),
              false);
      case ACCEPTED ->
          failed(
              SourceFailure.CREDENTIALS_EXPIRED,
              repository,
              "%s: the server accepted the same value at %s, so it has expired or was revoked; the server refuses %s"
                  .formatted(detail, when, named.get()),
              false);
      case OTHER_ACCEPTED ->
          failed(
              SourceFailure.CREDENTIALS_ROTATED,
              repository,
              "%s: the server accepted another value at %s, and refuses the one that is there now; the server refuses %s"
                  .formatted(detail, when, named.get()),
              false);
    };
  }

  /** Returns the credentials that a remote uses, and what to check; empty if it has none. */
  private static Optional<String> credentials(Remote remote) {
    if (remote.isOfSsh()) {
      return Optional.of(
          remote
              .ssh()
              .flatMap(SshAccess::privateKey)
              .map(
                  key ->
                      "the key at %s: check ssh.privateKey, and that the forge has its public key"
                          .formatted(key))
              .orElse(
                  "the keys of the process's user: give ssh.privateKey, and its public key to the"
                      + " forge"));
    }
    return remote
        .githubApp()
        .map(
            app ->
                "the token of GitHub App %s: check that the app is installed for the repository"
                    .formatted(app.appId()))
        .or(
            () ->
                remote
                    .credentials()
                    .map(
                        place ->
                            "the credentials at %s: check their value, expiry and rights"
                                .formatted(place)));
  }

  private static FetchOutcome.Failed failed(
      SourceFailure code, RepositoryId repository, String detail, boolean retryable) {
    return new FetchOutcome.Failed(
        code, "cannot fetch %s: %s".formatted(repository, detail), retryable);
  }

  private static boolean refused(String detail) {
    String lower = detail.toLowerCase(Locale.ROOT);
    return lower.contains("not authorized")
        || lower.contains("authentication not supported") // a 401 without a challenge
        || lower.contains("authentication is required")
        || lower.contains("auth fail")
        || lower.contains("no more authentication methods")
        || lower.contains("cannot log in at"); // SSH
  }

  private static boolean caused(Exception error, Class<? extends Exception> type) {
    return cause(error, type).isPresent();
  }

  private static <E extends Exception> Optional<E> cause(Exception error, Class<E> type) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the failure's message with its cause, short, on one line, without credentials in any
   * encoding.
   */
  private static String redacted(Exception error, Optional<Remote.Login> login) {
    String text = describe(error);
    Throwable cause = error.getCause();
    if (cause != null && cause.getMessage() != null && !text.contains(cause.getMessage())) {
      text = text + " (" + describe(cause) + ")";
    }
    if (login.isPresent() && !login.get().password().isEmpty()) {
      text = without(text, login.get()); // before URLs are cut at an @, which a password may have
    }
    text = text.replaceAll("://[^/@\\s]*@", "://").replaceAll("\\p{Cntrl}+", " ").strip();
    return Excerpt.of(text, MAX_DETAIL);
  }

  private static String without(String text, Remote.Login login) {
    String basic = login.user() + ":" + login.password();
    String encoded = Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8));
    String form = URLEncoder.encode(login.password(), StandardCharsets.UTF_8);
    return text.replace(encoded, "***")
        .replace(login.password(), "***")
        .replace(form, "***")
        .replace(form.replace("+", "%20"), "***");
  }

  private static String describe(@Nullable Throwable error) {
    if (error == null) {
      return "unknown error";
    }
    String message = error.getMessage();
    return message == null || message.isBlank() ? error.getClass().getSimpleName() : message;
  }
}

package dev.sluice.inputs.git;

import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.RepositoryId;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.jspecify.annotations.Nullable;

/** Classifies failures of remotes: the message, and whether a retry may help. */
final class RemoteFailures {

  private static final int MAX_DETAIL = 300;

  private RemoteFailures() {}

  static FetchOutcome.Failed classify(
      RepositoryId repository, Exception error, Remote remote, Optional<Remote.Login> login) {
    Optional<KnownHosts.HostKeyException> hostKey = cause(error, KnownHosts.HostKeyException.class);
    if (hostKey.isPresent()) {
      return failed(
          SourceFailure.HOST_KEY_REFUSED,
          repository,
          String.valueOf(hostKey.get().getMessage()),
          false);
    }
    Optional<String> tls = TlsFailures.describe(error);
    if (tls.isPresent()) {
      return failed(SourceFailure.CERTIFICATE_REFUSED, repository, tls.get(), false);
    }
    String detail = redacted(error, login);
    return switch (error) {
      case Exception e when caused(e, Remote.RedirectedElsewhereException.class) ->
          failed(
              SourceFailure.REPOSITORY_REDIRECTED,
              repository,
              detail + ": give the URL it redirects to",
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
      case Exception _ when detail.contains("Cannot log in at") ->
          failed(
              SourceFailure.CREDENTIALS_REFUSED,
              repository,
              detail
                  + ": the server refuses the key: check ssh.privateKey, and that the forge has its"
                  + " public key",
              false);
      case Exception _ when unauthorized(detail) ->
          failed(
              remote.credentials().isPresent()
                  ? SourceFailure.CREDENTIALS_REFUSED
                  : SourceFailure.CREDENTIALS_MISSING,
              repository,
              detail + ": " + credentialProblem(remote),
              false);
      default -> failed(SourceFailure.FORGE_UNREACHABLE, repository, detail, true);
    };
  }

  private static String credentialProblem(Remote remote) {
    return remote
        .credentials()
        .map(
            reference ->
                "the server refuses the credentials at %s: check their value, expiry and rights"
                    .formatted(reference))
        .orElse("the server requires credentials: give the Repository's credentials");
  }

  private static FetchOutcome.Failed failed(
      SourceFailure code, RepositoryId repository, String detail, boolean retryable) {
    return new FetchOutcome.Failed(
        code, "cannot fetch %s: %s".formatted(repository, detail), retryable);
  }

  private static boolean unauthorized(String detail) {
    String lower = detail.toLowerCase(Locale.ROOT);
    return lower.contains("not authorized")
        || lower.contains("authentication not supported") // a 401 without a challenge
        || lower.contains("authentication is required")
        || lower.contains("auth fail")
        || lower.contains("no more authentication methods")
        || lower.contains("not permitted");
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

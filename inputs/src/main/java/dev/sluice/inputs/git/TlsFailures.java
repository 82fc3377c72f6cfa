package dev.sluice.inputs.git;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Descriptions of failed TLS handshakes that recur until someone acts. */
public final class TlsFailures {

  /** The JDK's message for an answer that is not TLS; it has no exception type for this. */
  private static final String NOT_TLS = "Unsupported or unrecognized SSL message";

  /** The alerts of RFC 8446, 6.2, that a server sends about a client's certificate. */
  private static final Pattern ALERT_ABOUT_CLIENT =
      Pattern.compile(
          "Received fatal alert: (certificate_required|bad_certificate|unsupported_certificate"
              + "|certificate_revoked|certificate_expired|certificate_unknown|unknown_ca)");

  private TlsFailures() {}

  /** Returns the problem and the remedy; empty for other failures, which may end on their own. */
  public static Optional<String> describe(Throwable failure) {
    Optional<String> found = Optional.empty();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Optional<String> inner = problem(cause);
      found = inner.isPresent() ? inner : found;
    }
    return found;
  }

  /** Returns whether the server refused the client's certificate, or that there was none. */
  static boolean isOfClientCertificate(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException
          && ALERT_ABOUT_CLIENT.matcher(String.valueOf(cause.getMessage())).find()) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> problem(Throwable cause) {
    return switch (cause) {
      case CertPathBuilderException _ ->
          Optional.of(
              "the server's certificate is not signed by a trusted authority: if the authority is"
                  + " private, give its certificate by --trusted-certificates or"
                  + " https.trustedCertificates");
      case CertificateExpiredException e ->
          Optional.of(
              "a certificate of the server has expired (%s): renew it".formatted(e.getMessage()));
      case CertificateNotYetValidException e ->
          Optional.of(
              "a certificate of the server is not valid yet (%s): check both clocks"
                  .formatted(e.getMessage()));
      case CertificateException e ->
          Optional.of(
              "the server's certificate is refused (%s): correct the host name, or replace it"
                  .formatted(e.getMessage()));
      case SSLException e when String.valueOf(e.getMessage()).startsWith(NOT_TLS) ->
          Optional.of(
              "the server does not answer in TLS: check the scheme and the port of the URL");
      default -> Optional.empty();
    };
  }
}

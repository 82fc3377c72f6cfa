package dev.sluice.inputs.git;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Descriptions of failed TLS handshakes that recur until someone acts. */
public final class TlsFailures {

  /** The JDK's message for an answer that is not TLS; it has no exception type for this. */
  private static final String NOT_TLS = "Unsupported or unrecognized SSL message";

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

  private static Optional<String> problem(Throwable cause) {
    return switch (cause) {
      case CertPathBuilderException _ ->
          Optional.of(
              "the server's certificate is not signed by a trusted authority: if the authority is"
                  + " private, give its certificate by --trusted-certificates");
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

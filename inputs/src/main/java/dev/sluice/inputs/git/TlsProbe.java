package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.HttpsAccess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A TLS handshake that finds out why a server closed a connection. In TLS 1.3 a server refuses a
 * client's certificate after the client's handshake (RFC 8446, 4.4.2.4), and the JDK's HTTP
 * connection may fail to write before it has read the alert.
 */
final class TlsProbe {

  private static final int TIMEOUT_MILLIS = 3_000;
  private static final int ATTEMPTS = 5;
  private static final int HTTPS_PORT = 443;

  private TlsProbe() {}

  /**
   * Returns the server's alert if the failure may hide one; otherwise the failure. It is not tried
   * through a proxy.
   */
  static Exception explained(Exception failure, Remote remote) {
    HttpsAccess access = remote.https().orElse(HttpsAccess.DEFAULT);
    return remote.url().startsWith("https://") && access.proxy().isEmpty() && isClosed(failure)
        ? alert(URI.create(remote.url()), access).<Exception>map(alert -> alert).orElse(failure)
        : failure;
  }

  /** Tries several times, since the server may also close before its alert is read. */
  private static Optional<SSLException> alert(URI url, HttpsAccess access) {
    return Stream.generate(() -> handshake(url, access))
        .limit(ATTEMPTS)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static boolean isClosed(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof SocketException
          || message.contains("Error writing to server")
          || message.contains("Unexpected end of file from server")) {
        return true;
      }
    }
    return false;
  }

  /** Returns the server's alert, if there is one. */
  private static Optional<SSLException> handshake(URI url, HttpsAccess access) {
    int port = url.getPort() < 0 ? HTTPS_PORT : url.getPort();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(url.getHost(), port), TIMEOUT_MILLIS);
      plain.setSoTimeout(TIMEOUT_MILLIS);
      Optional<TlsAccess> tls = TlsAccess.of(access);
      SSLContext context = tls.isPresent() ? tls.get().context() : SSLContext.getDefault();
      SSLSocketFactory sockets = context.getSocketFactory();
      try (SSLSocket socket =
          (SSLSocket) sockets.createSocket(plain, url.getHost(), port, /* autoClose= */ true)) {
        socket.startHandshake();
        var unused = socket.getInputStream().read(); // a server that waits lets this time out
      }
      return Optional.empty();
    } catch (SSLException e) {
      return Optional.of(e).filter(TlsFailures::isOfClientCertificate);
    } catch (IOException | GeneralSecurityException | IllegalStateException e) {
      return Optional.empty();
    }
  }
}

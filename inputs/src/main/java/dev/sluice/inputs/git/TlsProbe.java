package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.HttpsAccess;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.jgit.transport.URIish;

/**
 * A TLS handshake that finds out why a server closed a connection. In TLS 1.3 a server refuses a
 * client's certificate after the client's handshake (RFC 8446, 4.4.2.4), and the JDK's HTTP
 * connection may fail to write before it has read the alert.
 */
final class TlsProbe {

  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 5;
  private static final int HTTPS_PORT = 443;

  private TlsProbe() {}

  /**
   * Returns the server's alert if the failure may hide one; otherwise the failure. Returns within 5
   * seconds. A server that cannot be connected to, or only through a proxy, is not tried.
   */
  static Exception explained(Exception failure, Remote remote) {
    HttpsAccess access = remote.https().orElse(HttpsAccess.DEFAULT);
    if (!remote.url().startsWith("https://") || access.proxy().isPresent() || !isClosed(failure)) {
      return failure;
    }
    try {
      URI server = server(new URIish(remote.url()));
      return isBehindProxy(server)
          ? failure
          : withinLimit(server, access).<Exception>map(alert -> alert).orElse(failure);
    } catch (URISyntaxException e) {
      return failure;
    }
  }

  private static boolean isClosed(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
        return false;
      }
      if (cause instanceof SocketException
          || message.contains("Error writing to server")
          || message.contains("Unexpected end of file from server")) {
        return true;
      }
    }
    return false;
  }

  private static URI server(URIish url) throws URISyntaxException {
    int port = url.getPort() < 0 ? HTTPS_PORT : url.getPort();
    return new URI("https", null, url.getHost(), port, "/", null, null);
  }

  private static boolean isBehindProxy(URI server) {
    ProxySelector proxies = ProxySelector.getDefault();
    return proxies != null
        && proxies.select(server).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
  }

  /** Makes the attempts in a virtual thread, whose interruption closes its socket. */
  private static Optional<SSLException> withinLimit(URI server, HttpsAccess access) {
    FutureTask<Optional<SSLException>> attempts = new FutureTask<>(() -> alert(server, access));
    Thread.ofVirtual().name("tls-probe").start(attempts);
    try {
      return attempts.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty(); // the failure of the request is the better explanation
    } finally {
      attempts.cancel(/* mayInterruptIfRunning= */ true);
    }
  }

  /** Tries several times, since the server may also close before its alert is read. */
  private static Optional<SSLException> alert(URI server, HttpsAccess access)
      throws IOException, GeneralSecurityException {
    Optional<TlsAccess> tls = TlsAccess.of(access);
    SSLContext context = tls.isPresent() ? tls.get().context() : SSLContext.getDefault();
    Optional<SSLException> alert = Optional.empty();
    for (int left = ATTEMPTS;
        left > 0 && alert.isEmpty() && !Thread.currentThread().isInterrupted();
        left--) {
      try (Socket plain = new Socket()) {
        plain.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        alert = handshake(context.getSocketFactory(), plain, server);
      }
    }
    return alert;
  }

  private static Optional<SSLException> handshake(
      SSLSocketFactory sockets, Socket plain, URI server) {
    try (SSLSocket socket =
        (SSLSocket)
            sockets.createSocket(
                plain, server.getHost(), server.getPort(), /* autoClose= */ true)) {
      socket.startHandshake();
      var unused = socket.getInputStream().read(); // the alert follows the handshake
      return Optional.empty();
    } catch (SSLException e) {
      return Optional.of(e).filter(TlsFailures::isOfClientCertificate);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

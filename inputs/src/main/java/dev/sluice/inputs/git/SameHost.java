package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.platform.process.ProxyLogins;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/**
 * Connections to one host and port, with the certificates and the proxy that the fleet names. Every
 * other host or port is refused, so that a redirect cannot carry credentials away.
 */
final class SameHost implements HttpConnectionFactory {

  private static final String ADVERTISEMENT = "/info/refs?service=git-upload-pack";

  private final URIish origin;
  private final Optional<TlsAccess> tls;
  private final Optional<Proxy> own;
  private Optional<String> advertised = Optional.empty();

  /**
   * Creates the factory; references are read now, because their content may change.
   *
   * @throws IllegalStateException if a certificate or key cannot be read
   */
  SameHost(URIish origin, HttpsAccess access) {
    this.origin = origin;
    this.tls =
        "https".equalsIgnoreCase(origin.getScheme()) ? TlsAccess.of(access) : Optional.empty();
    this.own = access.proxy().map(proxy -> proxy(proxy, access.proxyCredentials()));
  }

  /** Returns a proxy, whose credentials the process's authenticator knows from now on. */
  static Proxy proxy(String address, Optional<SecretReference> credentials) {
    InetSocketAddress proxy = ProxyLogins.address(URI.create(address));
    credentials.ifPresent(secret -> ProxyLogins.set(proxy, secret::resolve));
    return new Proxy(Proxy.Type.HTTP, proxy);
  }

  /** Returns the last URL that the refs were read from, if it is not the first one. */
  Optional<String> redirectedTo() {
    String first = origin.setUser(null).setPass(null).toString().replaceFirst("/+$", "");
    return advertised.filter(url -> !url.equals(first));
  }

  @Override
  public HttpConnection create(URL target) throws IOException {
    return create(target, Proxy.NO_PROXY);
  }

  @Override
  public HttpConnection create(URL target, Proxy ofProcess) throws IOException {
    HttpConnection connection =
        new JDKHttpConnectionFactory().create(checked(target), own.orElse(ofProcess));
    if (tls.isPresent() && "https".equalsIgnoreCase(target.getProtocol())) {
      try {
        connection.configure(tls.get().keys(), tls.get().trust(), null);
      } catch (GeneralSecurityException e) {
        throw new IOException("the certificates of the fleet cannot be used", e);
      }
    }
    return connection;
  }

  private URL checked(URL target) throws RedirectedElsewhereException {
    int port = origin.getPort() < 0 ? defaultPort(origin.getScheme()) : origin.getPort();
    int targetPort = target.getPort() < 0 ? target.getDefaultPort() : target.getPort();
    if (!target.getHost().equalsIgnoreCase(origin.getHost()) || targetPort != port) {
      throw new RedirectedElsewhereException(target.getHost(), targetPort);
    }
    String asked = target.toString();
    if (asked.endsWith(ADVERTISEMENT)) {
      advertised = Optional.of(asked.substring(0, asked.length() - ADVERTISEMENT.length()));
    }
    return target;
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  static final class RedirectedElsewhereException extends IOException {
    private static final long serialVersionUID = 1L;

    RedirectedElsewhereException(String host, int port) {
      super("it redirects to another host or port, %s:%d".formatted(host, port));
    }
  }
}

package dev.sluice.platform.process;

import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for proxies, which the JDK's connections ask for after an answer 407. The JDK has one
 * such authenticator for the whole process, so a proxy has one login for all connections. It
 * answers proxies only, never servers.
 */
public final class ProxyLogins extends Authenticator {

  private static final ProxyLogins INSTANCE = new ProxyLogins();

  /** The JDK's property for the schemes that are not used for tunnels; by default it has Basic. */
  private static final String REFUSED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private static final int DEFAULT_PORT = 1080;

  private final Map<String, Supplier<String>> secrets = new ConcurrentHashMap<>();

  private ProxyLogins() {}

  /**
   * Permits basic authentication in tunnels of TLS. The JDK reads this once, with its first
   * connection or HTTP client, so a process does this when it starts.
   */
  public static void permit() {
    System.setProperty(REFUSED_SCHEMES, "");
    Authenticator.setDefault(INSTANCE);
  }

  /**
   * Returns the unresolved address of a proxy, with curl's default port, 1080, if the URI has none.
   *
   * @throws IllegalArgumentException if the URI has no host or no valid port
   * @see <a href="https://curl.se/libcurl/c/CURLOPT_PROXYPORT.html">CURLOPT_PROXYPORT</a>
   */
  public static InetSocketAddress address(URI proxy) {
    return InetSocketAddress.createUnresolved(
        proxy.getHost(), proxy.getPort() < 0 ? DEFAULT_PORT : proxy.getPort());
  }

  /**
   * Sets the credentials for a proxy. Basic authentication must be {@linkplain #permit permitted}.
   *
   * @param secret {@code user:password}, read again for each question of the proxy
   */
  public static void set(InetSocketAddress proxy, Supplier<String> secret) {
    INSTANCE.secrets.put(key(proxy.getHostString(), proxy.getPort()), secret);
  }

  @Override
  protected @Nullable PasswordAuthentication getPasswordAuthentication() {
    if (getRequestorType() != RequestorType.PROXY) {
      return null;
    }
    return Optional.ofNullable(secrets.get(key(getRequestingHost(), getRequestingPort())))
        .map(Supplier::get)
        .map(ProxyLogins::login)
        .orElse(null);
  }

  private static PasswordAuthentication login(String secret) {
    int colon = secret.indexOf(':');
    return colon < 0
        ? new PasswordAuthentication(secret, new char[0])
        : new PasswordAuthentication(
            secret.substring(0, colon), secret.substring(colon + 1).toCharArray());
  }

  private static String key(String host, int port) {
    return host.toLowerCase(Locale.ROOT) + ":" + port;
  }
}

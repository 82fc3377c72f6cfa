package dev.sluice.platform.process;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for proxies, which the JDK's connections ask for after an answer 407. The JDK has one
 * such authenticator for the whole process. It answers proxies only, never servers.
 */
public final class ProxyLogins extends Authenticator {

  private static final ProxyLogins INSTANCE = new ProxyLogins();

  /** The JDK's property for the schemes that are not used for tunnels; by default it has Basic. */
  private static final String REFUSED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, Supplier<String>> secrets = new ConcurrentHashMap<>();

  private ProxyLogins() {}

  /**
   * Permits basic authentication in tunnels of TLS. The JDK reads this once, with its first
   * connection, so a process does this when it starts.
   */
  public static void permit() {
    System.setProperty(REFUSED_SCHEMES, "");
    Authenticator.setDefault(INSTANCE);
  }

  /**
   * Sets the credentials for a proxy. Basic authentication must be {@linkplain #permit permitted}.
   *
   * @param secret {@code user:password}, read again for each question of the proxy
   */
  public static void set(String host, int port, Supplier<String> secret) {
    INSTANCE.secrets.put(key(host, port), secret);
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

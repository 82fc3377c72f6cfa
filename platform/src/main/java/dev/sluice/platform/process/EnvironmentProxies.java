package dev.sluice.platform.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Selector of the proxies in the environment variables {@code HTTPS_PROXY}, {@code HTTP_PROXY} and
 * {@code NO_PROXY}, or their names in lower case, by the rules that curl and Git share: {@code
 * NO_PROXY} lists hosts with their subdomains, with or without a port, or {@code *} for all.
 * Loopback addresses have no proxy, as with Go programs such as kubectl.
 *
 * @see <a href="https://curl.se/libcurl/c/CURLOPT_NOPROXY.html">CURLOPT_NOPROXY</a>
 */
public final class EnvironmentProxies extends ProxySelector {

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[(0:0:0:0:0:0:0|:):1]");

  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  private final Map<String, Proxy> proxies;
  private final List<String> exceptions;

  private EnvironmentProxies(Map<String, Proxy> proxies, List<String> exceptions) {
    this.proxies = proxies;
    this.exceptions = exceptions;
  }

  /**
   * Makes the process use the proxies of its environment; without effect if it names none. Their
   * logins need {@link ProxyLogins#permit}.
   *
   * @throws IllegalArgumentException if a variable is not the address of a proxy; the message has
   *     no value
   */
  public static void install(Map<String, String> environment) {
    of(environment).ifPresent(ProxySelector::setDefault);
  }

  /** Returns the proxies of an environment; empty if it names none. */
  static Optional<EnvironmentProxies> of(Map<String, String> environment) {
    Map<String, Proxy> proxies = new HashMap<>();
    variable(environment, "https_proxy").ifPresent(value -> proxies.put("https", proxy(value)));
    // not HTTP_PROXY: a CGI program would take it from a request's header Proxy, so curl ignores it
    Optional.ofNullable(environment.get("http_proxy"))
        .filter(value -> !value.isBlank())
        .ifPresent(value -> proxies.put("http", proxy(value)));
    List<String> exceptions =
        variable(environment, "no_proxy").stream()
            .flatMap(value -> List.of(value.split("[,\\s]+", -1)).stream())
            .map(name -> name.toLowerCase(Locale.ROOT).replaceFirst("^\\.", ""))
            .filter(name -> !name.isEmpty())
            .toList();
    return proxies.isEmpty()
        ? Optional.empty()
        : Optional.of(new EnvironmentProxies(Map.copyOf(proxies), exceptions));
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .filter(value -> !value.isBlank());
  }

  private static Proxy proxy(String value) {
    try {
      URI address = URI.create(value.contains("://") ? value : "http://" + value);
      if (!"http".equals(address.getScheme())) {
        throw new IllegalArgumentException();
      }
      InetSocketAddress proxy = ProxyLogins.address(address);
      Optional.ofNullable(address.getRawUserInfo())
          .map(login -> URLDecoder.decode(login.replace("+", "%2B"), StandardCharsets.UTF_8))
          .ifPresent(login -> ProxyLogins.set(proxy, () -> login));
      return new Proxy(Proxy.Type.HTTP, proxy);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "HTTPS_PROXY or http_proxy is not http://[USER:PASSWORD@]HOST[:PORT]"); // no value
    }
  }

  @Override
  public List<Proxy> select(URI uri) {
    Proxy proxy = proxies.get(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT));
    return List.of(proxy == null || isException(uri) ? Proxy.NO_PROXY : proxy);
  }

  private boolean isException(URI uri) {
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    int port =
        uri.getPort() >= 0
            ? uri.getPort()
            : "https".equalsIgnoreCase(uri.getScheme()) ? HTTPS_PORT : HTTP_PORT;
    return LOOPBACK.matcher(host).matches()
        || exceptions.stream()
            .anyMatch(name -> name.equals("*") || matches(name, host) || matches(name, host, port));
  }

  private static boolean matches(String name, String host, int port) {
    String suffix = ":" + port;
    return name.endsWith(suffix)
        && matches(name.substring(0, name.length() - suffix.length()), host);
  }

  private static boolean matches(String name, String host) {
    return host.equals(name) || host.endsWith("." + name);
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // the request that needed the connection reports it
  }
}

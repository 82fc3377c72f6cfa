package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.Network;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;

/**
 * Source addresses of requests. {@code X-Forwarded-For} is trusted only as far as configured
 * proxies wrote it, since any client can send that header.
 */
final class Sources {

  private final List<Network> proxies;

  Sources(List<Network> proxies) {
    this.proxies = proxies;
  }

  /** Returns the address of the nearest sender that is not a proxy. */
  InetAddress of(HttpServerRequest request) {
    InetAddress peer = InetAddress.ofLiteral(request.remoteAddress().hostAddress());
    return isProxy(peer) ? of(peer, request.headers().getAll("X-Forwarded-For")) : peer;
  }

  /**
   * Returns the address of the nearest sender that is not a proxy.
   *
   * @param forwardedFor values of the header; each proxy appends the address of its client
   */
  InetAddress of(InetAddress peer, List<String> forwardedFor) {
    InetAddress source = peer;
    List<String> hops = List.of(String.join(",", forwardedFor).split(",", -1));
    for (int i = hops.size() - 1; i >= 0 && isProxy(source); i--) {
      try {
        source = InetAddress.ofLiteral(hops.get(i).strip());
      } catch (IllegalArgumentException e) {
        return source; // the proxy did not record its client
      }
    }
    return source;
  }

  private boolean isProxy(InetAddress address) {
    return proxies.stream().anyMatch(proxy -> proxy.contains(address));
  }
}

package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.Network;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.util.List;

/**
 * Where requests come from. What {@code X-Forwarded-For} says counts only as far as it was written
 * by the configured proxies: anyone can send that header.
 */
final class Sources {

  private final List<Network> proxies;

  Sources(List<Network> proxies) {
    this.proxies = proxies;
  }

  /** The address of the nearest sender that is not a proxy. */
  InetAddress of(HttpServerRequest request) {
    InetAddress peer = InetAddress.ofLiteral(request.remoteAddress().hostAddress());
    return isProxy(peer) ? of(peer, request.headers().getAll("X-Forwarded-For")) : peer;
  }

  /**
   * The same, from what is known of a request.
   *
   * @param forwardedFor the header's values; each proxy adds the address it heard from at the end
   */
  InetAddress of(InetAddress peer, List<String> forwardedFor) {
    InetAddress source = peer;
    List<String> hops = List.of(String.join(",", forwardedFor).split(",", -1));
    for (int i = hops.size() - 1; i >= 0 && isProxy(source); i--) {
      try {
        source = InetAddress.ofLiteral(hops.get(i).strip());
      } catch (IllegalArgumentException e) {
        return source; // a proxy that does not say
      }
    }
    return source;
  }

  private boolean isProxy(InetAddress address) {
    return proxies.stream().anyMatch(proxy -> proxy.contains(address));
  }
}

package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.Network;
import java.util.List;
import java.util.Optional;

/**
 * Addresses that the receiver listens on.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param healthPort port for metrics, and for health with reasons; 0 for any free one
 * @param certificate enables TLS on {@code port}, and HTTP/2 for clients that support it
 * @param proxies proxies whose X-Forwarded-For is trusted
 */
public record Listening(
    String host,
    int port,
    Optional<Integer> healthPort,
    Optional<Certificate> certificate,
    List<Network> proxies) {

  public Listening {
    proxies = List.copyOf(proxies);
  }
}

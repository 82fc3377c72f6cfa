package dev.sluice.receiver.http;

import dev.sluice.receiver.endpoint.Network;
import java.util.List;
import java.util.Optional;

/**
 * Where the receiver is reached.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param healthPort serves metrics, and health with reasons; 0 for any free one
 * @param certificate makes {@code port} speak TLS, and HTTP/2 with who can
 * @param proxies whose word on where a request comes from is taken
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

package dev.sluice.simulated.runner.api;

import java.net.URI;
import java.util.Optional;

/**
 * Address and credentials of an API server.
 *
 * @param server address, over HTTP or HTTPS
 * @param token bearer token, if the server wants one
 * @param authority certificates that the server's certificate must be signed by, in PEM
 */
public record ApiAccess(URI server, Optional<String> token, Optional<String> authority) {

  /** Returns access to a server that wants no credentials. */
  public static ApiAccess open(URI server) {
    return new ApiAccess(server, Optional.empty(), Optional.empty());
  }

  /** Returns the address without the token. */
  @Override
  public String toString() {
    return server.toString();
  }
}

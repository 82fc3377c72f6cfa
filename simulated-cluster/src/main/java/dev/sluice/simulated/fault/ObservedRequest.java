package dev.sluice.simulated.fault;

import java.util.Map;

/**
 * A request as fault rules see it.
 *
 * @param path without the query, such as {@code /api/v1/namespaces/default/configmaps/a}
 * @param parameters the query parameters, the first value of each
 */
public record ObservedRequest(
    String method, String path, Map<String, String> parameters, String userAgent, String body) {
  public ObservedRequest {
    parameters = Map.copyOf(parameters);
  }

  /** Whether the request changes something. */
  public boolean isWrite() {
    return !method.equals("GET") && !method.equals("HEAD");
  }

  /** Whether the request opens a watch. */
  public boolean isWatch() {
    String watch = parameters.getOrDefault("watch", "");
    return watch.equals("true") || watch.equals("1");
  }
}

package dev.sluice.simulated.fault;

import java.util.Map;

/**
 * Request as fault rules see it.
 *
 * @param path path without the query, such as {@code /api/v1/namespaces/default/configmaps/a}
 * @param parameters query parameters, the first value of each
 */
public record ObservedRequest(
    String method, String path, Map<String, String> parameters, String userAgent, String body) {
  public ObservedRequest {
    parameters = Map.copyOf(parameters);
  }

  /** Returns whether the request changes objects. */
  public boolean isWrite() {
    return !method.equals("GET") && !method.equals("HEAD");
  }

  /** Returns whether the request opens a watch. */
  public boolean isWatch() {
    String watch = parameters.getOrDefault("watch", "");
    return watch.equals("true") || watch.equals("1");
  }
}

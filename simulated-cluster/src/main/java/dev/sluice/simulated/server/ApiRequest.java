package dev.sluice.simulated.server;

import dev.sluice.simulated.admission.Problems.Cause;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.ObjectKey;
import java.util.Map;
import java.util.Optional;

/**
 * Request for a resource, with its namespace, name and parameters.
 *
 * @param namespace empty for cluster-scoped resources and for all namespaces
 * @param name empty for collections
 */
record ApiRequest(
    ResourceType type, String namespace, String name, Optional<String> subresource, Call call) {

  /** HTTP request: parameters, content type, body and user agent. */
  record Call(
      String method,
      Map<String, String> parameters,
      String contentType,
      String body,
      String userAgent) {}

  ObjectKey key() {
    return new ObjectKey(namespace, name);
  }

  Optional<String> parameter(String parameter) {
    return Optional.ofNullable(call.parameters().get(parameter)).filter(v -> !v.isEmpty());
  }

  boolean flag(String parameter) {
    return parameter(parameter).filter(v -> v.equals("true") || v.equals("1")).isPresent();
  }

  /** Returns whether the status of an object is requested, without the rest. */
  boolean isStatus() {
    return subresource.filter("status"::equals).isPresent();
  }

  boolean dryRun() {
    String options =
        switch (call.method()) {
          case "POST" -> "CreateOptions";
          case "PUT" -> "UpdateOptions";
          case "PATCH" -> "PatchOptions";
          default -> "DeleteOptions";
        };
    return isDryRun(options, parameter("dryRun"));
  }

  static boolean isDryRun(String options, Optional<String> value) {
    value
        .filter(v -> !v.equals("All"))
        .ifPresent(
            v -> {
              throw ApiException.invalidOptions(
                  options,
                  new Cause(
                      "FieldValueNotSupported",
                      "dryRun",
                      "Unsupported value: []string{\"" + v + "\"}: supported values: \"All\""));
            });
    return value.isPresent();
  }

  /** Returns the field manager: the given one, or the first word of the user agent. */
  String manager() {
    return parameter("fieldManager")
        .orElseGet(
            () -> {
              String agent = call.userAgent();
              int slash = agent.indexOf('/');
              return slash < 0 ? agent : agent.substring(0, slash);
            });
  }
}

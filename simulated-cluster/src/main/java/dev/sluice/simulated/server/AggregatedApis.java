package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.GroupVersion;
import dev.sluice.simulated.store.ObjectKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The aggregated APIs, which APIServices define. Services have no endpoints here, so only the
 * server that an ExternalName Service names can answer.
 */
final class AggregatedApis {

  static final String SERVICES = "apiservices.apiregistration.k8s.io";

  private static final String AVAILABLE = "Available";

  private final Cluster cluster;

  AggregatedApis(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Address of the server of an API. */
  record Address(String host, int port) {}

  /** Returns the versions that a service is to serve. */
  List<GroupVersion> versions() {
    return services().map(AggregatedApis::version).toList();
  }

  /** Returns the APIServices that name a service. */
  Stream<ObjectNode> services() {
    return cluster.store().list(SERVICES, Optional.empty()).stream()
        .filter(service -> service.path("spec").has("service"));
  }

  static GroupVersion version(ObjectNode apiService) {
    JsonNode spec = apiService.path("spec");
    return new GroupVersion(spec.path("group").asText(), spec.path("version").asText());
  }

  /** Returns the address of the server of an available version. */
  Optional<Address> server(GroupVersion version) {
    return services()
        .filter(service -> version(service).equals(version) && isAvailable(service))
        .findFirst()
        .flatMap(this::address);
  }

  /** Returns the address of an API's server; empty if it has none that can answer here. */
  Optional<Address> address(ObjectNode apiService) {
    JsonNode spec = apiService.path("spec");
    JsonNode named = spec.path("service");
    return cluster
        .store()
        .get(
            "services",
            new ObjectKey(named.path("namespace").asText(), named.path("name").asText()))
        .map(service -> service.at("/spec/externalName").asText())
        .filter(host -> !host.isEmpty() && spec.path("insecureSkipTLSVerify").asBoolean())
        .map(host -> new Address(host, named.path("port").asInt(443)));
  }

  private static boolean isAvailable(ObjectNode apiService) {
    return apiService.at("/status/conditions/0/status").asText().equals("True");
  }

  /** Sets the status of a new APIService. */
  static void begin(ObjectNode apiService, String now) {
    JsonNode service = apiService.path("spec").path("service");
    if (!service.isMissingNode()) {
      report(
          apiService,
          now,
          "False",
          "ServiceNotFound",
          "service/%s in \"%s\" is not present"
              .formatted(service.path("name").asText(), service.path("namespace").asText()));
    }
  }

  /** Stores whether the server of an APIService answers. */
  void report(ObjectNode apiService, boolean answers) {
    ObjectNode reported = apiService.deepCopy();
    if (answers) {
      report(reported, cluster.now(), "True", "Passed", "all checks passed");
    } else {
      report(
          reported,
          cluster.now(),
          "False",
          "FailedDiscoveryCheck",
          "failing or missing response from the server");
    }
    if (isAvailable(reported) != isAvailable(apiService)) {
      cluster.put(cluster.catalog().builtIn("APIService"), reported);
    }
  }

  private static void report(
      ObjectNode apiService, String now, String status, String reason, String message) {
    apiService
        .withObject("/status")
        .putArray("conditions")
        .addObject()
        .put("type", AVAILABLE)
        .put("status", status)
        .put("lastTransitionTime", now)
        .put("reason", reason)
        .put("message", message);
  }
}

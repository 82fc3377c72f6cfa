package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.GroupVersion;
import java.util.List;
import java.util.Optional;

/**
 * The aggregated APIs, which APIServices define. Services have no endpoints here, so their servers
 * never answer.
 */
final class AggregatedApis {

  private static final String SERVICES = "apiservices.apiregistration.k8s.io";

  private final Cluster cluster;

  AggregatedApis(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Returns the versions that a service is to serve. */
  List<GroupVersion> versions() {
    return cluster.store().list(SERVICES, Optional.empty()).stream()
        .map(service -> service.path("spec"))
        .filter(spec -> spec.has("service"))
        .map(spec -> new GroupVersion(spec.path("group").asText(), spec.path("version").asText()))
        .toList();
  }

  /** Sets the status of a new APIService. */
  static void begin(ObjectNode apiService, String now) {
    JsonNode service = apiService.path("spec").path("service");
    if (!service.isMissingNode()) {
      apiService
          .withObject("/status")
          .withArray("/conditions")
          .addObject()
          .put("type", "Available")
          .put("status", "False")
          .put("lastTransitionTime", now)
          .put("reason", "ServiceNotFound")
          .put(
              "message",
              "service/%s in \"%s\" is not present"
                  .formatted(service.path("name").asText(), service.path("namespace").asText()));
    }
  }
}

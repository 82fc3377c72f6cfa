package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.name.GroupKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The scopes of a cluster's kinds, from discovery. */
public interface Scopes {

  /** Returns whether the kind is namespaced; empty if the cluster does not serve it. */
  Optional<Boolean> namespaced(String apiVersion, String kind) throws InterruptedException;

  /**
   * Returns scopes that also know the kinds that the CustomResourceDefinitions among an
   * application's own manifests define, unless the cluster serves them already: a definition cannot
   * change the scope of a kind.
   */
  default Scopes with(List<Manifest> manifests) {
    record VersionedKind(String apiVersion, String kind) {}
    Map<VersionedKind, Boolean> defined = new HashMap<>();
    for (Manifest manifest : manifests) {
      if (manifest.ref().groupKind().equals(GroupKind.CUSTOM_RESOURCE_DEFINITION)) {
        JsonNode spec = manifest.content().path("spec");
        String kind = spec.path("names").path("kind").asText();
        boolean namespaced = spec.path("scope").asText().equals("Namespaced");
        for (JsonNode version : spec.path("versions")) {
          if (version.path("served").asBoolean()) {
            String apiVersion = spec.path("group").asText() + "/" + version.path("name").asText();
            defined.put(new VersionedKind(apiVersion, kind), namespaced);
          }
        }
      }
    }
    return (apiVersion, kind) -> {
      Optional<Boolean> served = namespaced(apiVersion, kind);
      return served.isPresent()
          ? served
          : Optional.ofNullable(defined.get(new VersionedKind(apiVersion, kind)));
    };
  }
}

package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kinds that the CustomResourceDefinitions among an application's own manifests define. */
record DefinedKinds(Map<String, Boolean> namespaced) {

  static DefinedKinds of(List<Manifest> manifests) {
    Map<String, Boolean> kinds = new HashMap<>();
    for (Manifest manifest : manifests) {
      if (manifest.ref().kind().equals("CustomResourceDefinition")
          && manifest.ref().group().equals("apiextensions.k8s.io")) {
        JsonNode spec = manifest.content().path("spec");
        boolean namespaced = spec.path("scope").asText().equals("Namespaced");
        for (JsonNode version : spec.path("versions")) {
          if (version.path("served").asBoolean()) {
            String apiVersion = spec.path("group").asText() + "/" + version.path("name").asText();
            kinds.put(key(apiVersion, spec.path("names").path("kind").asText()), namespaced);
          }
        }
      }
    }
    return new DefinedKinds(Map.copyOf(kinds));
  }

  /** Returns scopes that know these kinds, and the cluster's for all others. */
  Scopes over(Scopes cluster) {
    return (apiVersion, kind) ->
        Optional.ofNullable(namespaced.get(key(apiVersion, kind)))
            .or(() -> cluster.namespaced(apiVersion, kind));
  }

  private static String key(String apiVersion, String kind) {
    return apiVersion + " " + kind;
  }
}

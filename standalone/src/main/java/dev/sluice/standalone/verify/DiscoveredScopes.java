package dev.sluice.standalone.verify;

import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.Scopes;
import java.util.Optional;

/** Scopes of kinds from the cluster's discovery. */
public record DiscoveredScopes(Discovery discovery) implements Scopes {

  @Override
  public Optional<Boolean> namespaced(String apiVersion, String kind) {
    try {
      return discovery.find(apiVersion, kind).map(ApiResource::namespaced);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}

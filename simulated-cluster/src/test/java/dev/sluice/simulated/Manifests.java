package dev.sluice.simulated;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Applies manifests unchanged, in one namespace. */
final class Manifests {
  private final KubernetesClient client;
  private final String namespace;

  Manifests(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  Resource<GenericKubernetesResource> resource(String yaml) {
    GenericKubernetesResource manifest =
        Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    return client
        .genericKubernetesResources(manifest.getApiVersion(), manifest.getKind())
        .inNamespace(namespace)
        .resource(manifest);
  }

  GenericKubernetesResource apply(String manager, String yaml) {
    return resource(yaml).fieldManager(manager).serverSideApply();
  }

  GenericKubernetesResource force(String manager, String yaml) {
    return resource(yaml).fieldManager(manager).forceConflicts().serverSideApply();
  }

  /** Returns the Status of a request that must fail. */
  static Status refusal(ThrowingCallable request) {
    try {
      request.call();
    } catch (KubernetesClientException e) {
      return e.getStatus();
    } catch (Throwable e) {
      throw new AssertionError("not an answer of the API server", e);
    }
    throw new AssertionError("the API server took what it should refuse");
  }

  /** Returns a ConfigMap with the given data, each entry written as YAML. */
  static String configMap(String name, String... data) {
    StringBuilder yaml =
        new StringBuilder("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n");
    if (data.length > 0) {
      yaml.append("data:\n");
    }
    for (String entry : data) {
      yaml.append("  ").append(entry).append('\n');
    }
    return yaml.toString();
  }
}

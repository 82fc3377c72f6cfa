package dev.sluice.worker.api;

import dev.sluice.contract.event.ObjectRef;

/** How a kind is addressed: its API's root path, its plural, whether it lives in namespaces. */
public record ApiResource(String root, String plural, boolean namespaced) {

  /** Path of one object. */
  public String path(ObjectRef ref) {
    return collection(ref.namespace()) + "/" + ClusterApi.encode(ref.name());
  }

  /** Path of the objects in a namespace, or of all where the namespace is empty. */
  public String collection(String namespace) {
    return namespaced && !namespace.isEmpty()
        ? root + "/namespaces/" + ClusterApi.encode(namespace) + "/" + plural
        : root + "/" + plural;
  }
}

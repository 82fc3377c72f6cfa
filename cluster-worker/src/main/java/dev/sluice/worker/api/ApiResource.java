package dev.sluice.worker.api;

import dev.sluice.contract.event.ObjectRef;

/** How a kind is addressed: its API's root path, its plural, whether it lives in namespaces. */
public record ApiResource(String root, String plural, boolean namespaced) {

  /**
   * Returns the path of one object.
   *
   * @throws IllegalArgumentException if the name would lead to something else
   */
  public String path(ObjectRef ref) {
    if (!isName(ref.name())) {
      throw new IllegalArgumentException("an object has no name that can be addressed: " + ref);
    }
    return collection(ref.namespace()) + "/" + ClusterApi.encode(ref.name());
  }

  /** Returns whether an object can have this name: Kubernetes' rule for path segments. */
  public static boolean isName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('/') < 0
        && name.indexOf('%') < 0;
  }

  /** Path of the objects in a namespace, or of all where the namespace is empty. */
  public String collection(String namespace) {
    return namespaced && !namespace.isEmpty()
        ? root + "/namespaces/" + ClusterApi.encode(namespace) + "/" + plural
        : root + "/" + plural;
  }
}

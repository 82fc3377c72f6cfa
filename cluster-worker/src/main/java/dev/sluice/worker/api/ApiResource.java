package dev.sluice.worker.api;

import dev.sluice.contract.event.ObjectRef;

/** The address of a kind: its API's root path, its plural, and whether it is namespaced. */
public record ApiResource(String root, String plural, boolean namespaced) {

  /**
   * Returns the path of one object.
   *
   * @throws IllegalArgumentException if the name would lead to another path
   */
  public String path(ObjectRef ref) {
    if (!isName(ref.name())) {
      throw new IllegalArgumentException("an object has no name that can be addressed: " + ref);
    }
    return collection(ref.namespace()) + "/" + ClusterApi.encode(ref.name());
  }

  /** Returns whether an object can have this name, by Kubernetes' rule for path segments. */
  public static boolean isName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('/') < 0
        && name.indexOf('%') < 0;
  }

  /** Returns the path of the objects in a namespace, or of all if the namespace is empty. */
  public String collection(String namespace) {
    return namespaced && !namespace.isEmpty()
        ? root + "/namespaces/" + ClusterApi.encode(namespace) + "/" + plural
        : root + "/" + plural;
  }
}

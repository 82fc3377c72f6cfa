package dev.sluice.contract.event;

import dev.sluice.contract.name.GroupKind;
import dev.sluice.contract.name.ObjectId;
import java.util.Comparator;

/**
 * A Kubernetes object in a version of its API, as events name it and requests address it. Two
 * references mean the same object if their {@linkplain #id() identities} are equal.
 *
 * @param apiVersion group and version, such as {@code apps/v1}, or {@code v1}
 * @param kind the kind, such as {@code Deployment}
 * @param namespace empty for cluster-scoped objects
 * @param name the name in its namespace, or in the cluster
 */
public record ObjectRef(String apiVersion, String kind, String namespace, String name)
    implements Comparable<ObjectRef> {

  private static final Comparator<ObjectRef> ORDER =
      Comparator.comparing(ObjectRef::id).thenComparing(ObjectRef::apiVersion);

  /** Returns the identity of the object, which all versions of its API share. */
  public ObjectId id() {
    return new ObjectId(groupKind(), namespace, name);
  }

  /** Returns the kind in its API group. */
  public GroupKind groupKind() {
    int slash = apiVersion.indexOf('/');
    return new GroupKind(slash < 0 ? "" : apiVersion.substring(0, slash), kind);
  }

  @Override
  public int compareTo(ObjectRef other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%s %s%s".formatted(kind, namespace.isEmpty() ? "" : namespace + "/", name);
  }
}

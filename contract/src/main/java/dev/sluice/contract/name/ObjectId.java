package dev.sluice.contract.name;

import java.util.Comparator;

/**
 * The identity of a Kubernetes object: the same whatever the version of its API.
 *
 * <p>Written {@code Deployment.apps shop/web}, or {@code Namespace shop} for an object without a
 * namespace. Kinds and groups have no space, and namespaces and names have no slash, so the text is
 * unambiguous.
 *
 * @param namespace empty for cluster-scoped objects
 */
public record ObjectId(GroupKind groupKind, String namespace, String name)
    implements Comparable<ObjectId> {

  private static final Comparator<ObjectId> ORDER =
      Comparator.comparing(ObjectId::groupKind)
          .thenComparing(ObjectId::namespace)
          .thenComparing(ObjectId::name);

  /**
   * Parses an identity.
   *
   * @throws IllegalArgumentException if the kind or the name is missing, or a slash follows an
   *     empty namespace or is in the name
   */
  public static ObjectId parse(String text) {
    int space = text.indexOf(' ');
    String place = text.substring(space + 1);
    int slash = place.indexOf('/');
    String name = place.substring(slash + 1);
    if (space < 0 || slash == 0 || name.isEmpty() || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "an object is written Kind.group namespace/name, not '%s'".formatted(text));
    }
    return new ObjectId(
        GroupKind.parse(text.substring(0, space)),
        slash < 0 ? "" : place.substring(0, slash),
        name);
  }

  /**
   * Returns whether the other has the same kind, namespace and name in another API group. A server
   * may serve one object under both.
   */
  public boolean isNamesakeOf(ObjectId other) {
    return !groupKind.equals(other.groupKind)
        && groupKind.kind().equals(other.groupKind.kind())
        && namespace.equals(other.namespace)
        && name.equals(other.name);
  }

  @Override
  public int compareTo(ObjectId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%s %s%s".formatted(groupKind, namespace.isEmpty() ? "" : namespace + "/", name);
  }
}

package dev.sluice.contract.name;

import java.util.Comparator;

/**
 * A kind of Kubernetes objects in its API group, whatever the version.
 *
 * <p>Written as Kubernetes writes it: {@code Deployment.apps}, or {@code Service} for the core
 * group. A kind has no dot, so the first one ends it.
 *
 * @param group empty for the core group
 */
public record GroupKind(String group, String kind) implements Comparable<GroupKind> {

  public static final GroupKind CONFIG_MAP = new GroupKind("", "ConfigMap");

  public static final GroupKind CUSTOM_RESOURCE_DEFINITION =
      new GroupKind("apiextensions.k8s.io", "CustomResourceDefinition");

  public static final GroupKind NAMESPACE = new GroupKind("", "Namespace");

  public static final GroupKind SECRET = new GroupKind("", "Secret");

  private static final Comparator<GroupKind> ORDER =
      Comparator.comparing(GroupKind::group).thenComparing(GroupKind::kind);

  /**
   * Parses a group and kind.
   *
   * @throws IllegalArgumentException if the kind is empty, or a dot without a group follows it
   */
  public static GroupKind parse(String text) {
    int dot = text.indexOf('.');
    if (text.isEmpty() || dot == 0 || dot == text.length() - 1) {
      throw new IllegalArgumentException(
          "a kind is written Kind.group, or Kind in the core group, not '%s'".formatted(text));
    }
    return dot < 0
        ? new GroupKind("", text)
        : new GroupKind(text.substring(dot + 1), text.substring(0, dot));
  }

  @Override
  public int compareTo(GroupKind other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return group.isEmpty() ? kind : kind + "." + group;
  }
}

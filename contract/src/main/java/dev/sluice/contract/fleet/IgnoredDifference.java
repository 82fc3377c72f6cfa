package dev.sluice.contract.fleet;

import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Optional;

/**
 * Fields of live objects that may differ from Git: they are no drift, and writes leave them as they
 * are. The words are those of Argo CD's {@code ignoreDifferences}.
 *
 * @param group the API group; empty for the core group, {@code *} for any
 * @param kind of the object; {@code *} for any
 * @param name of the object; empty for any
 * @param namespace of the object; empty for any
 * @param jsonPointers the fields, each with everything below it (RFC 6901)
 * @param managedFieldsManagers managers whose fields may differ
 */
public record IgnoredDifference(
    String group,
    String kind,
    Optional<String> name,
    Optional<String> namespace,
    List<String> jsonPointers,
    List<String> managedFieldsManagers) {

  private static final String ANY = "*";

  public IgnoredDifference {
    jsonPointers = List.copyOf(jsonPointers);
    managedFieldsManagers = List.copyOf(managedFieldsManagers);
    if (jsonPointers.isEmpty() && managedFieldsManagers.isEmpty()) {
      throw new IllegalArgumentException(
          "at least one of jsonPointers and managedFieldsManagers is required");
    }
  }

  /** Returns whether the rule is about an object. */
  public boolean matches(GroupKind object, String objectNamespace, String objectName) {
    return (group.equals(ANY) || object.group().equals(group))
        && (kind.equals(ANY) || object.kind().equals(kind))
        && name.map(objectName::equals).orElse(true)
        && namespace.map(objectNamespace::equals).orElse(true);
  }
}

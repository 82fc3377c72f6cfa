package dev.sluice.contract.kustomize;

import dev.sluice.contract.kustomize.Reference.Role;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A field that has references.
 *
 * @param path its name, or that of a list of mappings and the name within them
 * @param form how its values are read
 */
record ReferenceField(List<String> path, Form form) {

  /** Forms of values. */
  enum Form {
    /** A list of files and directories. */
    RESOURCES,
    COMPONENTS,
    /** One file. */
    FILE,
    FILES,
    /** A list of files, each with a key before '=' if it is not the file's name. */
    KEYED_FILES,
    /** A list of files or of patches themselves. */
    FILES_OR_PATCHES,
    /** A list of files or directories of plugin configurations, or of configurations themselves. */
    PLUGINS
  }

  static ReferenceField of(Form form, String... path) {
    return new ReferenceField(List.of(path), form);
  }

  /** Returns whether a value at these keys is one of this field's. */
  boolean isAt(List<String> keys) {
    return keys.size() == path.size()
        && Stream.iterate(0, i -> i + 1)
            .limit(keys.size())
            .allMatch(i -> path.get(i).equalsIgnoreCase(keys.get(i)));
  }

  /**
   * Returns the references of this field, each text once: aliases may repeat one without end.
   *
   * @param named the field's name in references
   * @throws YamlException if a value has another type
   */
  Stream<Reference> in(YamlFields fields, String named) {
    Stream<YamlFields> within =
        path.size() == 1 ? Stream.of(fields) : fields.mappings(path.getFirst()).stream();
    return within
        .flatMap(each -> texts(each).stream())
        .distinct()
        .flatMap(text -> reference(text, named).stream());
  }

  private List<String> texts(YamlFields fields) {
    String name = path.getLast();
    return form == Form.FILE ? fields.text(name) : fields.texts(name);
  }

  /** Returns the reference that a text is; empty if it is content. */
  Optional<Reference> reference(String text, String named) {
    return switch (form) {
      case RESOURCES -> Optional.of(new Reference(named, Role.RESOURCE, text));
      case COMPONENTS -> Optional.of(new Reference(named, Role.COMPONENT, text));
      case FILE, FILES -> Optional.of(new Reference(named, Role.FILE, text));
      case KEYED_FILES ->
          Optional.of(new Reference(named, Role.FILE, text.substring(text.indexOf('=') + 1)));
      case FILES_OR_PATCHES ->
          Optional.of(text)
              .filter(each -> !isPatch(each))
              .map(file -> new Reference(named, Role.FILE, file));
      case PLUGINS ->
          Optional.of(
              new Reference(named, isConfiguration(text) ? Role.INLINE_PLUGIN : Role.PLUGIN, text));
    };
  }

  /**
   * Returns whether a text is a configuration. Kustomize tries to parse it as one; a line without
   * braces does not have the required fields. A text that may be one is never taken for a path,
   * because the file would be checked, and the text executed.
   */
  private static boolean isConfiguration(String text) {
    return text.contains("\n") || text.contains("{");
  }

  private static boolean isPatch(String text) {
    if (text.contains("\n") || !text.contains("{")) {
      return text.contains("\n");
    }
    try {
      return YamlText.documents(text, "a patch").stream().allMatch(Map.class::isInstance);
    } catch (YamlException e) {
      return false;
    }
  }
}

package dev.sluice.contract.fleet;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Difference between two definitions of an application, and the documents of the fleet that it
 * comes from.
 *
 * @param fields the changed fields; of a new or removed application those that are not the default
 * @param omitted the number of changed fields that are left out
 * @param documents the documents that have changed since the definition before: the application's,
 *     those of its repositories and of its clusters, at most ten; empty if they are not known,
 *     since the dispatcher was started in between
 */
public record DefinitionChange(
    List<FieldChange> fields, int omitted, List<DocumentOrigin> documents) {

  public DefinitionChange {
    fields = List.copyOf(fields);
    documents = List.copyOf(documents);
  }

  /**
   * Changed field of a definition.
   *
   * @param field as in the fleet's document, such as {@code sources[0].path}, at most 200
   *     characters; selectors are resolved to clusters
   * @param before the value before, at most 200 characters; absent if there was none. Annotations
   *     and values that are passed to charts may contain secrets and are {@code ***}
   * @param after the value now, in the same form; absent if there is none
   */
  public record FieldChange(String field, Optional<String> before, Optional<String> after) {}

  /** Returns this change with other descriptions of its documents. */
  public DefinitionChange withDocuments(UnaryOperator<DocumentOrigin> description) {
    return new DefinitionChange(fields, omitted, documents.stream().map(description).toList());
  }
}

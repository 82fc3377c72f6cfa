package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.generate.Element;
import dev.sluice.dispatcher.generate.FillBudget;
import dev.sluice.dispatcher.generate.GeneratorException;
import dev.sluice.dispatcher.generate.SetOverride;
import dev.sluice.dispatcher.generate.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Document of an application that a set generates for an element. Its problems are at the places of
 * the set's document that its fields are from.
 *
 * @param overrides indexes of those that apply to the element
 */
record GeneratedDocument(
    ApplicationSetDocument set,
    ApplicationName name,
    FleetDocument document,
    Element element,
    List<Integer> overrides) {

  static final String NAME = "spec.template.metadata.name";

  private static final String TEMPLATE = "spec.template.";

  GeneratedDocument {
    overrides = List.copyOf(overrides);
  }

  /**
   * Generates the document for an element.
   *
   * @throws GeneratorException if the element lacks a value, the name is no DNS label, or the
   *     budget is exceeded
   */
  static GeneratedDocument of(ApplicationSetDocument set, Element element, FillBudget budget) {
    budget.take(NAME, element.values().size());
    Template template = set.template();
    List<Integer> overrides = new ArrayList<>();
    for (int i = 0; i < set.overrides().size(); i++) {
      SetOverride override = set.overrides().get(i);
      if (override.applies(element)) {
        template = template.patched(override.patch(), budget);
        overrides.add(i);
      }
    }
    ObjectNode content;
    try {
      content = template.fill(element, budget);
    } catch (GeneratorException e) {
      String field = e.field().startsWith(TEMPLATE) ? e.field().substring(TEMPLATE.length()) : "";
      throw e.at(written(set, overrides, field));
    }
    String text = content.at("/metadata/name").asText();
    ApplicationName name =
        ApplicationName.parse(text)
            .orElseThrow(
                () ->
                    new GeneratorException(
                        NAME,
                        "'%s' of %s is not a DNS label: lower-case letters, digits and '-', at most 63; ${normalize(NAME)} makes one of a value"
                            .formatted(text, element.origin())));
    return new GeneratedDocument(
        set,
        name,
        set.document().generated(content, field -> written(set, overrides, field)),
        element,
        overrides);
  }

  /** Returns where a field of the application is written: in the last override that has it. */
  private static String written(ApplicationSetDocument set, List<Integer> overrides, String field) {
    JsonPointer pointer = FleetFile.pointer(field);
    for (int index : overrides.reversed()) {
      Template patch = set.overrides().get(index).patch();
      if (!field.isEmpty() && !patch.content().at(pointer).isMissingNode()) {
        return patch.field() + "." + field;
      }
    }
    return TEMPLATE + field;
  }

  /** Returns the file or directory that it is generated for; empty if it is for none. */
  Optional<String> path() {
    return element
        .value("path")
        .map(JsonNode::asText)
        .map(
            directory ->
                element
                    .value("path.filename")
                    .map(
                        name ->
                            directory.isEmpty() ? name.asText() : directory + "/" + name.asText())
                    .orElse(directory));
  }

  Fields spec() {
    return document.fields().requiredFields("spec");
  }
}

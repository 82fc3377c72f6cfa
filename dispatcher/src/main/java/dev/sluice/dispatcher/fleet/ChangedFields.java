package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DefinitionChange.FieldChange;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.window.MaintenanceWindow;
import dev.sluice.contract.window.SendingRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Differences between two definitions, by the names of the fields in the fleet's documents. */
final class ChangedFields {

  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_VALUE = 200;

  /** Beginnings of the fields of a source whose values may contain secrets. */
  private static final List<String> SECRET =
      List.of(".helm.values.", ".helm.set.", ".customize.annotations.");

  private static final Pattern ANY_SOURCE = Pattern.compile("^sources\\[\\d+]");
  private static final String HIDDEN = "***";

  /** The values that fields have if the documents do not set them. */
  private static final Map<String, String> DEFAULTS = defaults();

  private final Map<String, String> fields = new LinkedHashMap<>();

  private ChangedFields() {}

  /**
   * Returns the changed fields; of a new or removed application, those that are not the default.
   */
  static List<FieldChange> between(Optional<Definition> before, Optional<Definition> after) {
    Map<String, String> old = before.map(ChangedFields::of).orElse(Map.of());
    Map<String, String> now = after.map(ChangedFields::of).orElse(Map.of());
    boolean isWhole = before.isEmpty() || after.isEmpty();
    Set<String> names = new LinkedHashSet<>(now.keySet());
    names.addAll(old.keySet());
    List<FieldChange> changes = new ArrayList<>();
    for (String name : names) {
      Optional<String> earlier = Optional.ofNullable(old.get(name));
      Optional<String> later = Optional.ofNullable(now.get(name));
      boolean isDefault =
          isWhole && earlier.or(() -> later).equals(Optional.ofNullable(standard(name)));
      if (!earlier.equals(later) && !isDefault) {
        changes.add(
            new FieldChange(
                Excerpt.of(name, LONGEST_NAME), earlier.map(shown(name)), later.map(shown(name))));
      }
    }
    return changes;
  }

  private static @Nullable String standard(String name) {
    return DEFAULTS.get(ANY_SOURCE.matcher(name).replaceFirst("sources[0]"));
  }

  private static UnaryOperator<String> shown(String name) {
    return value -> isSecret(name) ? HIDDEN : Excerpt.of(value, LONGEST_VALUE);
  }

  private static boolean isSecret(String name) {
    String field = ANY_SOURCE.matcher(name).replaceFirst("");
    return SECRET.stream().anyMatch(field::startsWith);
  }

  private static Map<String, String> of(Definition definition) {
    ChangedFields fields = new ChangedFields();
    fields.clusters(definition.clusters());
    fields.fields.put("namespace", definition.spec().namespace());
    definition.spec().project().ifPresent(project -> fields.add("project", tree(project)));
    fields.sources(definition.sources());
    fields.policy(definition.spec().policy());
    definition.remote().ifPresent(remote -> fields.add("policy.remote", tree(remote)));
    definition.dependsOn().ifPresent(all -> fields.add("dependsOn", tree(all)));
    fields.sending(definition.sendingRules());
    definition.generatedBy().ifPresent(set -> fields.fields.put("generatedBy", set));
    definition.includedBy().ifPresent(include -> fields.fields.put("includedBy", include));
    fields.fields.put("onRemoval", definition.orphanOnRemoval() ? "orphan" : "prune");
    fields.labels(definition.clusters());
    return fields.fields;
  }

  private void sources(List<SourceSpec> sources) {
    for (int i = 0; i < sources.size(); i++) {
      String name = "sources[%d]".formatted(i);
      source(name, sources.get(i));
    }
  }

  private void source(String name, SourceSpec source) {
    JsonNode tree = tree(source);
    tree.properties().stream()
        .filter(field -> !field.getKey().equals("options"))
        .forEach(field -> add(name + "." + field.getKey(), field.getValue()));
    options(name, source.options());
  }

  private void options(String name, RenderOptions options) {
    add(name + ".plain", tree(options.plain()));
    add(name + ".customize", tree(options.customization()));
    tree(options.helm()).properties().stream()
        .filter(field -> !field.getKey().equals("values"))
        .forEach(field -> add(name + ".helm." + field.getKey(), field.getValue()));
    options.helm().values().ifPresent(values -> add(name + ".helm.values", parsed(values)));
  }

  private void clusters(List<ClusterTarget> clusters) {
    fields.put(
        "clusters",
        clusters.stream()
            .map(cluster -> cluster.name().value())
            .collect(Collectors.joining(", ", "[", "]")));
  }

  private void labels(List<ClusterTarget> clusters) {
    clusters.stream()
        .filter(cluster -> !cluster.labels().isEmpty())
        .forEach(
            cluster ->
                fields.put(
                    "clusters[%s].labels".formatted(cluster.name()),
                    new TreeMap<>(cluster.labels()).toString()));
  }

  private void sending(SendingRules rules) {
    fields.put("policy.sync", rules.isManual() ? "manual" : "automatic");
    List<String> own = new ArrayList<>();
    for (MaintenanceWindow window : rules.all()) {
      if (window.project().isEmpty()) {
        own.add(window.toString());
      } else {
        fields.merge("project.windows", window.toString(), "%s; %s"::formatted);
      }
    }
    for (int i = 0; i < own.size(); i++) {
      fields.put("policy.windows[%d]".formatted(i), own.get(i));
    }
  }

  private void policy(Policy policy) {
    add("policy", tree(policy));
  }

  /** Adds the values below a name. Lists of texts and numbers are one value. */
  private void add(String name, JsonNode value) {
    if (value.isObject()) {
      value.properties().forEach(field -> add(name + "." + field.getKey(), field.getValue()));
    } else if (value.isArray() && value.valueStream().anyMatch(JsonNode::isContainerNode)) {
      for (int i = 0; i < value.size(); i++) {
        add("%s[%d]".formatted(name, i), value.get(i));
      }
    } else if (value.isArray() && !value.isEmpty()) {
      fields.put(
          name,
          value.valueStream().map(JsonNode::asText).collect(Collectors.joining(", ", "[", "]")));
    } else if (!value.isArray() && !value.isNull() && !value.asText().isEmpty()) {
      fields.put(name, value.asText());
    }
  }

  private static JsonNode tree(Object value) {
    return Json.mapper().valueToTree(value);
  }

  private static JsonNode parsed(String json) {
    try {
      return Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("inline values are not a JSON object", e);
    }
  }

  private static Map<String, String> defaults() {
    ChangedFields fields = new ChangedFields();
    fields.options("sources[0]", RenderOptions.DEFAULT);
    fields.policy(Policy.DEFAULT);
    fields.sending(SendingRules.NONE);
    fields.fields.put("onRemoval", "prune");
    return fields.fields;
  }
}

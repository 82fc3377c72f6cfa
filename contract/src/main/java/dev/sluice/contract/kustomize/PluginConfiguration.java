package dev.sluice.contract.kustomize;

import dev.sluice.contract.kustomize.ReferenceField.Form;
import dev.sluice.contract.name.PluginName;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration of a generator, transformer or validator. Only those of plugins that are part
 * of kustomize have known references; the fields of others are content.
 *
 * @param apiVersion empty if there is none, as is the kind
 */
public record PluginConfiguration(String apiVersion, String kind, YamlFields fields) {

  private static final Map<String, List<ReferenceField>> REFERENCES =
      Map.of(
          "ConfigMapGenerator", generated(),
          "SecretGenerator", generated(),
          "PatchTransformer", List.of(ReferenceField.of(Form.FILE, "path")),
          "PatchJson6902Transformer", List.of(ReferenceField.of(Form.FILE, "path")),
          "PatchStrategicMergeTransformer",
              List.of(ReferenceField.of(Form.FILES_OR_PATCHES, "paths")),
          "ReplacementTransformer", List.of(ReferenceField.of(Form.FILE, "replacements", "path")),
          "ValueAddTransformer", List.of(ReferenceField.of(Form.FILE, "targetFilePath")));

  private static final String CHART_GENERATOR = "HelmChartInflationGenerator";
  private static final List<String> FUNCTIONS =
      List.of("config.kubernetes.io/function", "config.k8s.io/function");

  private static List<ReferenceField> generated() {
    return List.of(
        ReferenceField.of(Form.KEYED_FILES, "files"),
        ReferenceField.of(Form.FILES, "envs"),
        ReferenceField.of(Form.FILE, "env"));
  }

  /** Reads a configuration. Unlike other fields, apiVersion and kind have exactly these names. */
  public static PluginConfiguration of(YamlFields fields) {
    return new PluginConfiguration(text(fields, "apiVersion"), text(fields, "kind"), fields);
  }

  private static String text(YamlFields fields, String name) {
    return fields.fields().get(name) instanceof String text ? text : "";
  }

  /** Returns whether the plugin is part of kustomize. */
  public boolean isBuiltIn() {
    return apiVersion.equals(PluginName.BUILT_IN);
  }

  /** Returns whether it is a list, whose items kustomize reads as configurations. */
  public boolean isList() {
    return kind.endsWith("List") && fields.has("items");
  }

  /** Returns whether the plugin is kustomize's own that runs helm. */
  public boolean rendersChart() {
    return isBuiltIn() && kind.equals(CHART_GENERATOR);
  }

  /** Returns the name of the plugin; empty if it leads to no program in the plugins' directory. */
  public Optional<PluginName> name() {
    return PluginName.parse(apiVersion, kind);
  }

  /** Returns whether it names a function, whose program is in the repository or a container. */
  public boolean namesFunction() {
    return annotations().anyMatch(FUNCTIONS::contains);
  }

  /** Returns whether kustomize may run another program than the plugin's. */
  public boolean isDiverted() {
    return metadata().anyMatch(metadata -> metadata.has("configFn"))
        || annotations().anyMatch(PluginName::isDiversion);
  }

  /**
   * Returns the references of a built-in plugin, relative to the kustomization that names it.
   *
   * @param field the field of the kustomization that names it
   * @throws YamlException if a field has another type
   */
  public List<Reference> references(String field) {
    return isBuiltIn()
        ? REFERENCES.getOrDefault(kind, List.of()).stream()
            .flatMap(each -> each.in(fields, field))
            .toList()
        : List.of();
  }

  private Stream<YamlFields> metadata() {
    return fields.mappings("metadata").stream();
  }

  private Stream<String> annotations() {
    return metadata()
        .flatMap(metadata -> metadata.mappings("annotations").stream())
        .flatMap(annotations -> annotations.fields().keySet().stream())
        .map(String::valueOf);
  }
}

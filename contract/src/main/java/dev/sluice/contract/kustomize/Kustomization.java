package dev.sluice.contract.kustomize;

import dev.sluice.contract.fleet.HelmChartFields;
import dev.sluice.contract.kustomize.ReferenceField.Form;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kustomization as kustomize reads it. Its schema determines which values are loaded; all others,
 * such as inline patches, literals and values of charts, are content and may have any text. The
 * fields are those of {@code Kustomization} and {@code Component}, including deprecated ones.
 *
 * @see <a
 *     href="https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/kustomization.go">
 *     kustomize: Kustomization</a>
 */
public record Kustomization(YamlFields fields) {

  /** The names of files that kustomize reads as kustomizations. */
  public static final List<String> FILE_NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  private static final List<ReferenceField> REFERENCES =
      List.of(
          ReferenceField.of(Form.RESOURCES, "resources"),
          ReferenceField.of(Form.RESOURCES, "bases"),
          ReferenceField.of(Form.COMPONENTS, "components"),
          ReferenceField.of(Form.FILE, "patches", "path"),
          ReferenceField.of(Form.FILES_OR_PATCHES, "patchesStrategicMerge"),
          ReferenceField.of(Form.FILE, "patchesJson6902", "path"),
          ReferenceField.of(Form.FILE, "replacements", "path"),
          ReferenceField.of(Form.FILE, "openapi", "path"),
          ReferenceField.of(Form.KEYED_FILES, "configMapGenerator", "files"),
          ReferenceField.of(Form.FILES, "configMapGenerator", "envs"),
          ReferenceField.of(Form.FILE, "configMapGenerator", "env"),
          ReferenceField.of(Form.KEYED_FILES, "secretGenerator", "files"),
          ReferenceField.of(Form.FILES, "secretGenerator", "envs"),
          ReferenceField.of(Form.FILE, "secretGenerator", "env"),
          ReferenceField.of(Form.FILES, "configurations"),
          ReferenceField.of(Form.FILES, "crds"),
          ReferenceField.of(Form.PLUGINS, "generators"),
          ReferenceField.of(Form.PLUGINS, "transformers"),
          ReferenceField.of(Form.PLUGINS, "validators"),
          ReferenceField.of(Form.FILE, HelmChartFields.CHARTS, "valuesFile"),
          ReferenceField.of(Form.FILES, HelmChartFields.CHARTS, "additionalValuesFiles"));

  private static final Set<String> OF_A_LIST = Set.of("apiVersion", "kind", "resources");

  private static final String DEFAULT_CHART_HOME = "charts";

  /** Returns whether a path is that of a kustomization. */
  public static boolean isAt(String path) {
    return FILE_NAMES.contains(path.substring(path.lastIndexOf('/') + 1));
  }

  /**
   * Returns the reference that a text at these keys of a kustomization is; empty if it is content.
   */
  public static Optional<Reference> reference(List<String> keys, String text) {
    return REFERENCES.stream()
        .filter(field -> field.isAt(keys))
        .findFirst()
        .flatMap(field -> field.reference(text, field.path().getFirst()));
  }

  /**
   * Returns everything that kustomize loads, besides charts.
   *
   * @throws YamlException if a field has another type
   */
  public List<Reference> references() {
    return REFERENCES.stream().flatMap(field -> field.in(fields, field.path().getFirst())).toList();
  }

  /**
   * Returns whether it builds to its resources as they are, so that these can be read in place of
   * its output.
   */
  public boolean isListOfResources() {
    return OF_A_LIST.containsAll(fields.fields().keySet());
  }

  /**
   * Returns the charts that kustomize renders by helm.
   *
   * @throws YamlException if a field has another type
   */
  public List<Chart> charts() {
    String home =
        fields.mappings(HelmChartFields.GLOBALS).stream()
            .flatMap(globals -> globals.text("chartHome").stream())
            .findFirst()
            .orElse(DEFAULT_CHART_HOME);
    return fields.mappings(HelmChartFields.CHARTS).stream()
        .map(
            chart ->
                new Chart(home, chart.first("name"), chart.first("version"), chart.first("repo")))
        .toList();
  }

  /** Returns the first problem with the fields of charts, which become arguments of helm. */
  public Optional<String> problemOfCharts() {
    return HelmChartFields.problem(fields.fields());
  }

  /** Returns whether it renders any chart. */
  public boolean hasCharts() {
    return HelmChartFields.areIn(fields.fields());
  }

  /**
   * A chart.
   *
   * @param home the directory of charts, relative to the kustomization
   * @param version empty if none is given
   * @param repository the URL that it may be downloaded from; empty if none is given
   */
  public record Chart(String home, String name, String version, String repository) {

    /** Returns its directory within the home, where kustomize looks before it downloads. */
    public String path() {
      boolean apart = !version.isEmpty() && !repository.isEmpty();
      return apart ? name + "-" + version + "/" + name : name;
    }

    /** Returns its directory, relative to the kustomization. */
    public String place() {
      return home + "/" + path();
    }
  }
}

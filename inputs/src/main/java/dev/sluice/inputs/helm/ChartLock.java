package dev.sluice.inputs.helm;

import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.inputs.walk.RemoteAccess;
import java.util.List;
import java.util.Optional;

/**
 * The versions that {@code helm dependency update} chose for the dependencies of a chart ({@code
 * Chart.lock}, or {@code requirements.lock} for charts of API version v1).
 */
final class ChartLock {

  static final ChartLock NONE = new ChartLock(List.of());

  private final List<YamlFields> dependencies;

  private ChartLock(List<YamlFields> dependencies) {
    this.dependencies = dependencies;
  }

  static ChartLock parse(String text, String where) {
    return new ChartLock(
        YamlText.documents(text, where).stream()
            .limit(1)
            .flatMap(document -> YamlFields.of(document, where).mappings("dependencies").stream())
            .toList());
  }

  /**
   * Returns the locked version of a dependency. Helm writes the locked versions in the order of the
   * declarations.
   *
   * @param earlier the number of preceding dependencies with this name and repository
   * @return empty if there is no exact version
   */
  Optional<String> version(String name, String repository, int earlier) {
    return dependencies.stream()
        .filter(
            locked ->
                locked.first("name").equals(name)
                    && RemoteAccess.canonical(locked.first("repository"))
                        .equals(RemoteAccess.canonical(repository)))
        .skip(earlier)
        .findFirst()
        .map(locked -> locked.first("version"))
        .filter(RemoteCharts::isExact);
  }
}

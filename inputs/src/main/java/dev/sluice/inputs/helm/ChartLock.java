package dev.sluice.inputs.helm;

import dev.sluice.inputs.walk.RemoteAccess;
import dev.sluice.inputs.walk.YamlFields;
import dev.sluice.inputs.walk.YamlText;
import java.util.List;
import java.util.Optional;

/**
 * The versions that {@code helm dependency update} chose for the charts that a chart depends on
 * ({@code Chart.lock}, or {@code requirements.lock} of the first version of charts).
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
   * The version of a chart, which is believed to be one that the chart may depend on: Helm writes
   * the file, and puts the charts in the order in which they are declared.
   *
   * @param earlier how many dependencies on a chart of that name and repository are declared before
   * @return empty if there is no exact one
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

package dev.sluice.dispatcher.closure;

import dev.sluice.dispatcher.git.TreeEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The charts that a chart says it depends on, in {@code Chart.yaml} or, as the first version of
 * charts did, in {@code requirements.yaml}.
 */
final class ChartDependencies {

  private static final String LOCAL = "file://";
  private static final String ARCHIVE = ".tgz";
  private static final int MAX_BYTES = 1024 * 1024;

  /** A chart of this repository. */
  record Local(String name, String directory) {}

  private final Walk walk;
  private final String chart;
  private final List<YamlFields> dependencies = new ArrayList<>();

  /**
   * Reads what a chart says.
   *
   * @param chart its directory
   * @param chartYaml content of its {@code Chart.yaml}
   */
  ChartDependencies(Walk walk, String chart, String chartYaml) {
    this.walk = walk;
    this.chart = chart;
    read(chartYaml, chart + "/" + Charts.FILE_NAME);
    walk.find(chart, "requirements.yaml", "the requirements of '%s'".formatted(chart))
        .filter(found -> !found.isDirectory())
        .ifPresent(found -> read(walk.text(found.entry(), MAX_BYTES), found.path()));
  }

  /**
   * Those that are not in {@code charts/} and so are read where they are.
   *
   * @throws RefusedException if one of them is not in this repository
   */
  List<Local> notVendored() {
    if (dependencies.isEmpty()) {
      return List.of();
    }
    Vendored vendored = vendored();
    List<Local> local = new ArrayList<>();
    for (YamlFields dependency : dependencies) {
      String name = first(dependency, "name");
      String repository = first(dependency, "repository");
      if (vendored.holds(name)) {
        continue;
      }
      if (repository.startsWith(LOCAL)) {
        local.add(new Local(name, local(name, repository.substring(LOCAL.length()))));
      } else if (!vendored.mayHold(names())) {
        throw new RefusedException(
            "RemoteDependency",
            "the chart '%s' depends on the chart '%s'%s, which is not in its charts/: nothing is downloaded; run 'helm dependency build' and commit charts/"
                .formatted(chart, name, repository.isEmpty() ? "" : " of " + repository));
      }
    }
    return local;
  }

  private String local(String name, String path) {
    Found found =
        walk.require(
            chart,
            path,
            "'%s%s' (the dependency '%s' of the chart '%s')".formatted(LOCAL, path, name, chart));
    if (!found.isDirectory()) {
      throw new RefusedException(
          "NotADirectory",
          "'%s%s' (the dependency '%s' of the chart '%s') is a file: give a chart's directory"
              .formatted(LOCAL, path, name, chart));
    }
    walk.addLinks(found);
    return found.path();
  }

  private void read(String text, String where) {
    YamlText.documents(text, where).stream()
        .limit(1)
        .forEach(
            document ->
                dependencies.addAll(YamlFields.of(document, where).mappings("dependencies")));
  }

  private Set<String> names() {
    Set<String> names = new HashSet<>();
    dependencies.forEach(dependency -> names.add(first(dependency, "name")));
    return names;
  }

  private Vendored vendored() {
    Set<String> charts = new HashSet<>();
    Set<String> archives = new HashSet<>();
    Optional<Found> directory = walk.find(chart, "charts", "charts/ of '%s'".formatted(chart));
    if (directory.filter(Found::isDirectory).isPresent()) {
      for (TreeEntry entry : walk.list(directory.get().path())) {
        if (entry.name().endsWith(ARCHIVE)) {
          archives.add(entry.name());
        } else {
          nameOf(directory.get().path(), entry.name()).ifPresent(charts::add);
        }
      }
    }
    return new Vendored(charts, archives);
  }

  private Optional<String> nameOf(String charts, String directory) {
    String path = directory + "/" + Charts.FILE_NAME;
    return walk.find(charts, path, "'%s/%s'".formatted(charts, path))
        .filter(found -> !found.isDirectory())
        .flatMap(
            found ->
                YamlText.documents(walk.text(found.entry(), MAX_BYTES), found.path()).stream()
                    .findFirst()
                    .map(document -> first(YamlFields.of(document, found.path()), "name")));
  }

  private static String first(YamlFields fields, String name) {
    return fields.text(name).stream().findFirst().orElse("");
  }

  /**
   * What {@code charts/} holds.
   *
   * @param charts names of the charts in directories
   * @param archives file names; {@code helm dependency build} calls them name-version.tgz
   */
  private record Vendored(Set<String> charts, Set<String> archives) {

    boolean holds(String name) {
      return charts.contains(name) || archives.stream().anyMatch(archive -> isNamed(archive, name));
    }

    /** Whether an archive is there that is named after none of these: it may be any chart. */
    boolean mayHold(Set<String> names) {
      return archives.stream()
          .anyMatch(archive -> names.stream().noneMatch(name -> isNamed(archive, name)));
    }

    private static boolean isNamed(String archive, String name) {
      return archive.equals(name + ARCHIVE) || archive.startsWith(name + "-");
    }
  }
}

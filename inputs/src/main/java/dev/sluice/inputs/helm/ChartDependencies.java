package dev.sluice.inputs.helm;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ProgramArgument;
import dev.sluice.contract.version.VersionRange;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.RemoteAccess;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The dependencies of a chart, declared in {@code Chart.yaml} or, by charts of API version v1, in
 * {@code requirements.yaml}.
 */
final class ChartDependencies {

  private static final String LOCAL = "file://";
  private static final String ARCHIVE = ".tgz";
  private static final String VENDORED = "charts";
  private static final int MAX_BYTES = 1024 * 1024;

  /** A chart in this repository. */
  record Local(String name, String directory) {}

  private final Walk walk;
  private final RemoteCharts remote;
  private final String chart;
  private final List<RemoteCharts.Origin> above;
  private final List<YamlFields> dependencies = new ArrayList<>();

  /**
   * Reads the dependencies of a chart.
   *
   * @param chart the chart's directory
   * @param chartYaml the content of its {@code Chart.yaml}
   */
  ChartDependencies(Walk walk, String chart, String chartYaml) {
    this(walk, chart, chartYaml, List.of());
  }

  /**
   * Reads the dependencies of a downloaded chart.
   *
   * @param above that chart and those that depend on it
   */
  private ChartDependencies(
      Walk walk, String chart, String chartYaml, List<RemoteCharts.Origin> above) {
    this.walk = walk;
    this.remote = new RemoteCharts(walk);
    this.chart = chart;
    this.above = above;
    read(chartYaml, chart + "/" + Charts.FILE_NAME);
    text("requirements.yaml").ifPresent(text -> read(text, chart + "/requirements.yaml"));
  }

  /**
   * Downloads missing dependencies into {@code charts/}, as {@code helm dependency build} would.
   *
   * @return the dependencies in this repository that are not in {@code charts/} and so are read in
   *     place
   * @throws RefusedException if a dependency is neither in the repository nor allowed to be
   *     downloaded
   */
  List<Local> complete() {
    if (dependencies.isEmpty()) {
      return List.of();
    }
    Vendored vendored = vendored();
    List<Local> local = new ArrayList<>();
    Set<RemoteCharts.Origin> downloaded = new HashSet<>();
    for (int i = 0; i < dependencies.size(); i++) {
      String name = dependencies.get(i).first("name");
      String repository = dependencies.get(i).first("repository");
      if (vendored.holds(name)) {
        continue;
      }
      if (repository.startsWith(LOCAL) && !walk.isDownloaded(chart)) {
        local.add(new Local(name, local(name, repository.substring(LOCAL.length()))));
      } else if (!vendored.mayHold(names())) {
        RemoteCharts.Origin origin = origin(i);
        if (downloaded.add(origin)) {
          download(origin);
        }
      }
    }
    return local;
  }

  /** Returns the origin from which to download a dependency. */
  private RemoteCharts.Origin origin(int index) {
    YamlFields dependency = dependencies.get(index);
    String name = dependency.first("name");
    String repository = dependency.first("repository");
    if (repository.startsWith("@") || repository.startsWith("alias:")) {
      throw new RefusedException(
          SourceFailure.REMOTE_DEPENDENCY,
          "%s names its repository by an alias, '%s', which only the Helm configuration of some machine knows: give its URL, or run 'helm dependency build' and commit charts/"
              .formatted(what(name), repository));
    }
    if (repository.isEmpty() || !remote.areAllowed(repository)) {
      throw new RefusedException(
          SourceFailure.REMOTE_DEPENDENCY,
          "the chart '%s' depends on the chart '%s'%s, which is not in its charts/, and the application's policy does not allow to download it: run 'helm dependency build' and commit charts/, or add the repository to policy.remote.charts"
              .formatted(chart, name, repository.isEmpty() ? "" : " of " + shown(repository)));
    }
    String wanted = dependency.first("version");
    String version = RemoteCharts.isExact(wanted) ? wanted : locked(index);
    return new RemoteCharts.Origin(RemoteAccess.canonical(repository), name, version);
  }

  /**
   * Returns the locked version for a range. It must be in the range, because Helm ignores the
   * condition and the alias of a dependency whose chart is not, which would change the rendering.
   */
  private String locked(int index) {
    YamlFields dependency = dependencies.get(index);
    String name = dependency.first("name");
    String wanted = dependency.first("version");
    String version =
        lock()
            .version(name, dependency.first("repository"), sameBefore(index))
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.UNPINNED_DEPENDENCY,
                        "%s has the version '%s', which may mean another chart at any time: run 'helm dependency update' and commit Chart.lock, or give an exact version"
                            .formatted(what(name), wanted)));
    if (VersionRange.parse(wanted).filter(range -> range.excludes(version)).isPresent()) {
      throw new RefusedException(
          SourceFailure.STALE_LOCK,
          "%s has the version '%s', and its lock an older choice, %s: run 'helm dependency update' and commit Chart.lock"
              .formatted(what(name), wanted, version));
    }
    return version;
  }

  private int sameBefore(int index) {
    YamlFields dependency = dependencies.get(index);
    return (int)
        dependencies.subList(0, index).stream()
            .filter(
                earlier ->
                    earlier.first("name").equals(dependency.first("name"))
                        && earlier.first("repository").equals(dependency.first("repository")))
            .count();
  }

  private ChartLock lock() {
    for (String name : List.of("Chart.lock", "requirements.lock")) {
      Optional<ChartLock> lock = text(name).map(text -> ChartLock.parse(text, chart + "/" + name));
      if (lock.isPresent()) {
        return lock.get();
      }
    }
    return ChartLock.NONE;
  }

  /** Downloads a dependency, and its own dependencies unless its package has them. */
  private void download(RemoteCharts.Origin origin) {
    if (above.contains(origin)) {
      throw new RefusedException(
          SourceFailure.CYCLE, "%s depends on itself".formatted(what(origin.name())));
    }
    ResolvedPath there =
        remote.put(
            chart,
            new RemoteCharts.Place(VENDORED, origin.name() + "-" + origin.version()),
            origin,
            what(origin.name()));
    String yaml =
        text(there.path(), Charts.FILE_NAME)
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.MISSING_CHART, what(origin.name()) + " has no Chart.yaml"));
    List<RemoteCharts.Origin> longer = new ArrayList<>(above);
    longer.add(origin);
    new ChartDependencies(walk, there.path(), yaml, longer).complete();
  }

  private String what(String name) {
    return "the dependency '%s' of the chart '%s'".formatted(name, chart);
  }

  /** Returns the URL without user and password. */
  private static String shown(String url) {
    return url.replaceFirst("//[^/@]*@", "//");
  }

  private String local(String name, String path) {
    if (!ProgramArgument.CHART_NAME.accepts(name)) {
      throw new RefusedException(
          SourceFailure.INVALID_ARGUMENT,
          "the name of a dependency of the chart '%s' must be %s"
              .formatted(chart, ProgramArgument.CHART_NAME.rule()));
    }
    ResolvedPath resolved =
        walk.require(
            chart,
            path,
            "'%s%s' (the dependency '%s' of the chart '%s')".formatted(LOCAL, path, name, chart));
    if (!resolved.isDirectory()) {
      throw new RefusedException(
          SourceFailure.NOT_A_DIRECTORY,
          "'%s%s' (the dependency '%s' of the chart '%s') is a file: give a chart's directory"
              .formatted(LOCAL, path, name, chart));
    }
    walk.addLinks(resolved);
    return resolved.path();
  }

  private void read(String text, String where) {
    YamlText.documents(text, where).stream()
        .limit(1)
        .forEach(
            document ->
                dependencies.addAll(YamlFields.of(document, where).mappings("dependencies")));
  }

  private Optional<String> text(String name) {
    return text(chart, name);
  }

  private Optional<String> text(String directory, String name) {
    return walk.find(directory, name, "'%s' of '%s'".formatted(name, directory))
        .filter(resolved -> !resolved.isDirectory())
        .map(resolved -> walk.text(resolved.entry(), MAX_BYTES));
  }

  private Set<String> names() {
    Set<String> names = new HashSet<>();
    dependencies.forEach(dependency -> names.add(dependency.first("name")));
    return names;
  }

  private Vendored vendored() {
    Set<String> charts = new HashSet<>();
    Set<String> archives = new HashSet<>();
    Optional<ResolvedPath> directory =
        walk.find(chart, VENDORED, "charts/ of '%s'".formatted(chart));
    if (directory.filter(ResolvedPath::isDirectory).isPresent()) {
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
    return text(charts, path)
        .flatMap(
            text ->
                YamlText.documents(text, charts + "/" + path).stream()
                    .findFirst()
                    .map(document -> YamlFields.of(document, charts + "/" + path).first("name")));
  }

  /**
   * The content of {@code charts/}.
   *
   * @param charts names of the charts in directories
   * @param archives file names; {@code helm dependency build} names them name-version.tgz
   */
  private record Vendored(Set<String> charts, Set<String> archives) {

    boolean holds(String name) {
      return charts.contains(name) || archives.stream().anyMatch(archive -> isNamed(archive, name));
    }

    /**
     * Returns whether there is an archive with another name than these charts, which may contain
     * any chart.
     */
    boolean mayHold(Set<String> names) {
      return archives.stream()
          .anyMatch(archive -> names.stream().noneMatch(name -> isNamed(archive, name)));
    }

    private static boolean isNamed(String archive, String name) {
      return archive.equals(name + ARCHIVE) || archive.startsWith(name + "-");
    }
  }
}

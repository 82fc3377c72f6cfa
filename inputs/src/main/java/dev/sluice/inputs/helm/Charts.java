package dev.sluice.inputs.helm;

import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What rendering a Helm chart reads: every file of its directory that {@code .helmignore} does not
 * leave out, since templates may read any of them; values files; and the charts that it depends on
 * by {@code file://}. What is in {@code charts/}, archives too, is part of the directory.
 *
 * <p>Charts that are not in the repository are refused unless the application's policy allows to
 * download them.
 */
public final class Charts {

  static final String FILE_NAME = "Chart.yaml";

  private static final int MAX_DEPTH = 100;
  private static final int MAX_BYTES = 1024 * 1024;

  private final Walk walk;
  private final TemplateScan scan;

  public Charts(Walk walk, TemplateScan scan) {
    this.walk = walk;
    this.scan = scan;
  }

  /** Whether a directory holds a chart. */
  public static boolean isAt(Walk walk, String directory) {
    return walk.find(directory, FILE_NAME, "'%s' of '%s'".formatted(FILE_NAME, directory))
        .filter(resolved -> !resolved.isDirectory())
        .isPresent();
  }

  /** Adds all that loading the chart in this directory reads. */
  public void collect(String directory) {
    collect(directory, List.of());
  }

  /** Adds a values file. */
  public void collectValues(String directory, String path, String whose) {
    ResolvedPath file =
        walk.require(directory, path, "the values file '%s' %s".formatted(path, whose));
    if (file.isDirectory()) {
      throw new RefusedException(
          "NotAFile", "the values file '%s' %s is a directory: give a file".formatted(path, whose));
    }
    walk.addFile(file);
  }

  private void collect(String directory, List<String> dependents) {
    if (dependents.contains(directory)) {
      throw new RefusedException(
          "Cycle",
          "charts depend on each other: %s -> %s: take one out"
              .formatted(String.join(" -> ", dependents), directory));
    }
    ResolvedPath file =
        walk.find(directory, FILE_NAME, "'%s' of '%s'".formatted(FILE_NAME, directory))
            .filter(resolved -> !resolved.isDirectory())
            .orElseThrow(
                () ->
                    new RefusedException(
                        "MissingChart",
                        "there is no Chart.yaml in '%s': correct the path".formatted(directory)));
    walk.addFile(file);
    HelmIgnore ignore = ignore(directory);
    List<ChartDependencies.Local> local =
        new ChartDependencies(walk, directory, text(file)).complete();
    collectUnder("", List.of(directory), ignore); // what was downloaded is in it by now
    List<String> chain = new ArrayList<>(dependents);
    chain.add(directory);
    local.forEach(dependency -> collect(dependency.directory(), chain));
  }

  private HelmIgnore ignore(String directory) {
    Optional<ResolvedPath> file =
        walk.find(
                directory,
                HelmIgnore.FILE_NAME,
                "'%s' of '%s'".formatted(HelmIgnore.FILE_NAME, directory))
            .filter(resolved -> !resolved.isDirectory());
    file.ifPresent(walk::addFile);
    return new HelmIgnore(file.map(this::text).orElse(""), directory + "/" + HelmIgnore.FILE_NAME);
  }

  private String text(ResolvedPath file) {
    return walk.text(file.entry(), MAX_BYTES);
  }

  /**
   * Takes a directory's files.
   *
   * @param shown the path that led here, relative to the chart: links count by their own names
   * @param chain the directories above and this, where they really are
   */
  private void collectUnder(String shown, List<String> chain, HelmIgnore ignore) {
    String directory = chain.getLast();
    if (chain.indexOf(directory) < chain.size() - 1) {
      throw new RefusedException(
          "SymlinkLoop",
          "'%s' contains itself by a symbolic link: remove the link".formatted(directory));
    }
    if (chain.size() > MAX_DEPTH) {
      throw new RefusedException(
          "TooComplex", "'%s' is more than %d directories deep".formatted(directory, MAX_DEPTH));
    }
    for (TreeEntry entry : walk.list(directory)) {
      ResolvedPath resolved = found(directory, entry);
      String path = shown + entry.name();
      if (ignore.ignores(path, resolved.isDirectory())) {
        continue;
      }
      if (entry.kind() == TreeEntry.Kind.GITLINK || entry.kind() == TreeEntry.Kind.MISNAMED) {
        throw Walk.unreadable(entry);
      }
      if (resolved.isDirectory()) {
        walk.addLinks(resolved);
        List<String> longer = new ArrayList<>(chain);
        longer.add(resolved.path());
        collectUnder(path + "/", longer, ignore);
      } else {
        walk.addFile(resolved);
        scan.look(path, resolved, walk);
      }
    }
  }

  /** Helm does not load a chart with a link that leads nowhere, even where it is ignored. */
  private ResolvedPath found(String directory, TreeEntry entry) {
    return entry.kind() == TreeEntry.Kind.SYMLINK
        ? walk.require(
            directory, entry.name(), "what the symbolic link '%s' leads to".formatted(entry.path()))
        : new ResolvedPath(entry, List.of());
  }
}

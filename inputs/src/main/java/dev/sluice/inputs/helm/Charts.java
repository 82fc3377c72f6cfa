package dev.sluice.inputs.helm;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the files that rendering a Helm chart reads: every file in its directory that {@code
 * .helmignore} does not exclude, because templates may read any of them; values files; and
 * dependencies by {@code file://}. The content of {@code charts/}, including archives, is part of
 * the directory.
 *
 * <p>Charts that are not in the repository are refused unless the application's policy allows
 * downloading them.
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

  /** Returns whether a directory is a chart. */
  public static boolean isAt(Walk walk, String directory) {
    return walk.find(directory, FILE_NAME, "'%s' of '%s'".formatted(FILE_NAME, directory))
        .filter(resolved -> !resolved.isDirectory())
        .isPresent();
  }

  /** Adds all files that loading the chart in this directory reads. */
  public void collect(String directory) {
    collect(directory, List.of());
  }

  /** Adds a values file. */
  public void collectValues(String directory, String path, String whose) {
    ResolvedPath file =
        walk.require(directory, path, "the values file '%s' %s".formatted(path, whose));
    if (file.isDirectory()) {
      throw new RefusedException(
          SourceFailure.NOT_A_FILE,
          "the values file '%s' %s is a directory: give a file".formatted(path, whose));
    }
    walk.addFile(file);
  }

  private void collect(String directory, List<String> dependents) {
    if (dependents.contains(directory)) {
      throw new RefusedException(
          SourceFailure.CYCLE,
          "charts depend on each other: %s -> %s: take one out"
              .formatted(String.join(" -> ", dependents), directory));
    }
    ResolvedPath file =
        walk.find(directory, FILE_NAME, "'%s' of '%s'".formatted(FILE_NAME, directory))
            .filter(resolved -> !resolved.isDirectory())
            .orElseThrow(
                () ->
                    new RefusedException(
                        SourceFailure.MISSING_CHART,
                        "there is no Chart.yaml in '%s': correct the path".formatted(directory)));
    walk.addFile(file);
    HelmIgnore ignore = ignore(directory);
    List<ChartDependencies.Local> local =
        new ChartDependencies(walk, directory, text(file)).complete();
    collectUnder("", List.of(directory), ignore); // includes the downloaded dependencies
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
   * Adds a directory's files.
   *
   * @param shown the path to the directory, relative to the chart, with unresolved symbolic links
   * @param chain the real paths of the directories above and of this one
   */
  private void collectUnder(String shown, List<String> chain, HelmIgnore ignore) {
    String directory = chain.getLast();
    if (chain.indexOf(directory) < chain.size() - 1) {
      throw new RefusedException(
          SourceFailure.SYMLINK_LOOP,
          "'%s' contains itself by a symbolic link: remove the link".formatted(directory));
    }
    if (chain.size() > MAX_DEPTH) {
      throw new RefusedException(
          SourceFailure.TOO_COMPLEX,
          "'%s' is more than %d directories deep".formatted(directory, MAX_DEPTH));
    }
    for (TreeEntry entry : walk.list(directory)) {
      ResolvedPath resolved = found(directory, entry);
      String path = shown + entry.name();
      boolean isSubmodule = entry.kind() == TreeEntry.Kind.GITLINK;
      if (ignore.ignores(path, resolved.isDirectory() || isSubmodule)) {
        continue;
      }
      if (entry.kind() == TreeEntry.Kind.MISNAMED) {
        throw Walk.misnamed(entry);
      }
      if (isSubmodule) {
        resolved = new ResolvedPath(walk.enter(entry), List.of());
      }
      if (resolved.isDirectory()) {
        walk.addLinks(resolved);
        List<String> longer = new ArrayList<>(chain);
        longer.add(resolved.path());
        collectUnder(path + "/", longer, ignore);
      } else {
        walk.addFile(resolved);
        scan.scan(path, resolved, walk);
      }
    }
  }

  /**
   * Resolves an entry. A symbolic link without target is refused even if it is ignored, because
   * Helm does not load a chart with one.
   */
  private ResolvedPath found(String directory, TreeEntry entry) {
    return entry.kind() == TreeEntry.Kind.SYMLINK
        ? walk.require(
            directory, entry.name(), "what the symbolic link '%s' leads to".formatted(entry.path()))
        : new ResolvedPath(entry, List.of());
  }
}

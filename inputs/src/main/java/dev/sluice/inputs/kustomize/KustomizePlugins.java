package dev.sluice.inputs.kustomize;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.kustomize.PluginConfiguration;
import dev.sluice.contract.name.RemoteBase;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Collects the inputs of generators, transformers and validators that are not part of kustomize, if
 * the application's policy allows them. Their programs are installed at the worker. The files that
 * a plugin reads are unknown, so all files below the kustomization that uses it are inputs; at the
 * worker it can read only these.
 */
final class KustomizePlugins {

  private final Walk walk;
  private final Set<String> taken = new HashSet<>();

  KustomizePlugins(Walk walk) {
    this.walk = walk;
  }

  /**
   * Adds the files that a plugin may read; none for a built-in plugin.
   *
   * @param what a description of the field that refers to the configuration, for refusals
   * @param directory the kustomization's directory
   */
  void collect(PluginConfiguration plugin, String what, String directory) {
    if (plugin.isList()) {
      throw unsupported(what + " has a list of configurations", "write them one by one");
    }
    String runs = what + " runs the plugin " + plugin.kind();
    if (plugin.isBuiltIn()) {
      requireOwn(plugin, runs);
      return;
    }
    if (!walk.remoteAccess().plugins()) {
      throw unsupported(
          runs,
          "only kustomize's built-in ones (apiVersion: builtin) are allowed, unless the application"
              + " has policy.plugins: true and the worker's operator has installed the program");
    }
    if (plugin.isDiverted()) {
      throw unsupported(
          runs + " as a function, whose program comes from the repository or a container",
          "what runs beside the cluster's credentials must be installed at the worker: have its"
              + " operator install the program as an exec plugin, and take the annotation out");
    }
    if (plugin.name().isEmpty()) {
      String apiVersion = plugin.apiVersion();
      throw new RefusedException(
          SourceFailure.INVALID_KUSTOMIZATION,
          "%s of %s: its apiVersion and kind, which say where the program lies, must be made of letters, digits, '.', '_' and '-'"
              .formatted(runs, apiVersion.isEmpty() ? "no apiVersion" : apiVersion));
    }
    takeAll(directory, runs);
  }

  private static void requireOwn(PluginConfiguration plugin, String runs) {
    if (plugin.rendersChart() || plugin.namesFunction()) {
      throw unsupported(
          runs,
          "charts by plugin and functions are not allowed: use helmCharts, or kustomize's other"
              + " built-in plugins");
    }
  }

  private void takeAll(String root, String runs) {
    Deque<String> ahead = new ArrayDeque<>(List.of(root));
    while (!ahead.isEmpty()) {
      String directory = ahead.pop();
      if (taken.add(directory)) {
        for (TreeEntry entry : walk.list(directory)) {
          switch (entry.kind()) {
            case FILE, EXECUTABLE -> walk.addFile(new ResolvedPath(entry, List.of()));
            case DIRECTORY -> push(entry.path(), ahead);
            case SYMLINK -> follow(directory, entry, runs, ahead);
            case GITLINK -> push(walk.enter(entry).path(), ahead);
            case MISNAMED -> throw Walk.misnamed(entry);
          }
        }
      }
    }
  }

  /**
   * Adds the target of a symbolic link; a link without target is omitted, so the plugin will not
   * see it.
   */
  private void follow(String directory, TreeEntry link, String runs, Deque<String> ahead) {
    String what = "the symbolic link '%s' (%s, which may read it)".formatted(link.path(), runs);
    Optional<ResolvedPath> target = walk.find(directory, link.name(), what);
    if (target.isPresent() && target.get().isDirectory()) {
      walk.addLinks(target.get());
      push(target.get().path(), ahead);
    } else {
      target.ifPresent(walk::addFile);
    }
  }

  /** Schedules a directory, except that of remote bases, which has only the files that are read. */
  private static void push(String directory, Deque<String> ahead) {
    if (!directory.equals(RemoteBase.DIRECTORY)) {
      ahead.push(directory);
    }
  }

  private static RefusedException unsupported(String what, String instead) {
    return new RefusedException(SourceFailure.UNSUPPORTED, what + ": " + instead);
  }
}

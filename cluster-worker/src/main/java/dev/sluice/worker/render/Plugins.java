package dev.sluice.worker.render;

import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.PluginName;
import dev.sluice.worker.sandbox.RenderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The exec plugins of kustomize that the worker's operator has installed. They run for applications
 * whose policy allows them. Programs never come from a repository, since everyone with push access
 * could run them next to the cluster's credentials.
 *
 * @see <a href="https://kubectl.docs.kubernetes.io/guides/extending_kustomize/exec_plugins/">Exec
 *     plugins</a>
 */
final class Plugins {

  private final Optional<Path> directory;
  private final ProgramDigests digests = new ProgramDigests();

  /**
   * Reads plugins from a directory.
   *
   * @param directory laid out as kustomize's {@code KUSTOMIZE_PLUGIN_HOME}; empty if there are none
   */
  Plugins(Optional<Path> directory) {
    this.directory = directory.map(Path::toAbsolutePath).map(Path::normalize);
  }

  /** Returns their directory, which exists if a plugin is required. */
  Path directory() {
    return directory.orElseThrow();
  }

  /**
   * Returns the plugins that run when a source is built.
   *
   * @throws RenderException if it names a plugin that may not run, or is not installed
   */
  List<Installed> required(PluginReferences references, RenderRequest request)
      throws RenderException {
    if (!references.areAny()) {
      return List.of();
    }
    if (!request.plugins()) {
      throw RenderException.permanent(
          SourceFailure.UNSUPPORTED,
          "%s names plugins, which the application's policy does not allow: take them out, or set policy.plugins in the fleet"
              .formatted(request.shown()));
    }
    List<Installed> installed = new ArrayList<>();
    for (PluginName name : references.required()) {
      installed.add(new Installed(name, digest(name)));
    }
    return installed;
  }

  /**
   * Returns the description for results: workers with the same description ran the same plugins.
   */
  static String with(List<Installed> plugins) {
    return plugins.isEmpty()
        ? ""
        : plugins.stream()
            .map(Installed::toString)
            .collect(Collectors.joining(", ", " with plugins ", ""));
  }

  private String digest(PluginName name) throws RenderException {
    if (directory.isEmpty()) {
      throw missing(
          name, "this worker has no plugins", "start it with --plugins DIR, and install it there");
    }
    Path program = directory.get().resolve(name.program());
    if (!Files.isRegularFile(program)) {
      throw missing(name, "it is not there", "install it there, and retry");
    }
    if (!Files.isExecutable(program)) {
      throw missing(name, "the file there may not be executed", "make it executable, and retry");
    }
    try {
      return digests.of(program.getParent());
    } catch (IOException e) {
      throw RenderException.temporary(
          RenderFailure.MISSING_PLUGIN,
          "the directory of the plugin %s cannot be read (%s): check its files' permissions"
              .formatted(name, e.getClass().getSimpleName()),
          e);
    }
  }

  private static RenderException missing(PluginName name, String problem, String instead) {
    return RenderException.notInstalled(
        RenderFailure.MISSING_PLUGIN,
        "the plugin %s is looked for at %s in the worker's plugins directory: %s; %s"
            .formatted(name, name.program(), problem, instead));
  }

  /**
   * A plugin whose program is installed.
   *
   * @param digest of the program and the files beside it, shortened
   */
  record Installed(PluginName name, String digest) {
    @Override
    public String toString() {
      return name + " sha256:" + digest;
    }
  }
}

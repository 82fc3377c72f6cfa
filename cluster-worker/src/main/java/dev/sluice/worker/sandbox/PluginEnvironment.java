package dev.sluice.worker.sandbox;

import dev.sluice.contract.failure.RenderFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The environment of kustomize with plugins. Plugins are often scripts, and need the system's
 * programs; kustomize has no PATH of its own to give them, and must not find the programs with
 * which it would fetch bases and functions.
 *
 * @param settings in addition to those of every renderer
 */
public record PluginEnvironment(Map<String, String> settings) {

  public static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  private static final List<String> CLOSED = List.of("git", "docker");

  public PluginEnvironment {
    settings = Map.copyOf(settings);
  }

  /**
   * Returns an environment for one build.
   *
   * @param plugins the directory that they are installed in
   * @param directory of the build, which gets failing programs in place of some
   */
  public static PluginEnvironment in(InputDirectory directory, Path plugins)
      throws RenderException {
    Path closed = directory.root().resolve("closed");
    Path failing =
        InstalledProgram.find("false", PATH)
            .orElseThrow(
                () ->
                    RenderException.temporary(
                        RenderFailure.NO_PLUGINS,
                        "this worker's system has no 'false', without which git cannot be kept from"
                            + " kustomize where plugins run",
                        null));
    try {
      Files.createDirectory(closed);
      for (String program : CLOSED) {
        Files.createSymbolicLink(closed.resolve(program), failing);
      }
    } catch (IOException e) {
      throw InputDirectory.unwritable(e);
    }
    return new PluginEnvironment(
        Map.of(
            "KUSTOMIZE_PLUGIN_HOME",
            plugins.toString(),
            "PATH",
            closed + ":" + PATH,
            "GIT_ALLOW_PROTOCOL",
            "none",
            "DOCKER_HOST",
            "tcp://127.0.0.1:9"));
  }
}

package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What kustomize and its plugins find in their environment. Plugins are often scripts, and need the
 * system's programs; kustomize has none of its own PATH to give them, and must not come by those
 * that it would fetch bases and functions with.
 *
 * @param settings beside those of every renderer
 */
public record PluginEnvironment(Map<String, String> settings) {

  public static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  private static final List<String> CLOSED = List.of("git", "docker");

  public PluginEnvironment {
    settings = Map.copyOf(settings);
  }

  /**
   * An environment for one build.
   *
   * @param plugins the directory that they are installed in
   * @param directory of the build, which gets programs that fail in place of some
   */
  public static PluginEnvironment in(InputDirectory directory, Path plugins)
      throws RenderException {
    Path closed = directory.root().resolve("closed");
    Path failing =
        InstalledProgram.find("false", PATH)
            .orElseThrow(
                () ->
                    RenderException.temporary(
                        "NoPlugins",
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

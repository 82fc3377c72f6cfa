package dev.sluice.worker.render;

import dev.sluice.contract.config.Setting;
import dev.sluice.contract.config.SettingValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a process renders.
 *
 * @param directory where inputs are put while they are rendered; empty: in memory ({@code
 *     /dev/shm}) where that has room, else the JVM's temporary directory
 * @param plugins where kustomize's exec plugins are installed; empty if there are none
 */
public record RenderConfig(Optional<Path> directory, RenderLimits limits, Optional<Path> plugins) {

  public static final RenderConfig DEFAULT =
      new RenderConfig(Optional.empty(), RenderLimits.DEFAULT);

  public static final Setting<Optional<Path>> DIRECTORY =
      Setting.path(
              "render-directory",
              "holds inputs while they are rendered, best in memory (default: /dev/shm if it has"
                  + " 128 MiB of room, else the temporary directory)")
          .optional();
  public static final Setting<Duration> TIMEOUT =
      Setting.duration("render-timeout", "how long one rendering may take").or("1m");
  public static final Setting<Integer> MEMORY =
      Setting.integer("render-memory", "MiB that one renderer may allocate", 64, 65_536).or("1024");

  public static final Setting<Optional<Path>> PLUGINS =
      Setting.path(
              "plugins",
              "directory of kustomize's exec plugins, laid out as its KUSTOMIZE_PLUGIN_HOME; they"
                  + " run for applications with policy.plugins (default: there are none)")
          .optional();

  public static final List<Setting<?>> SETTINGS = List.of(DIRECTORY, TIMEOUT, MEMORY, PLUGINS);

  private static final Path IN_MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 128L << 20;

  /** Without plugins. */
  public RenderConfig(Optional<Path> directory, RenderLimits limits) {
    this(directory, limits, Optional.empty());
  }

  public static RenderConfig from(SettingValues values) {
    return new RenderConfig(
        values.get(DIRECTORY),
        new RenderLimits(
            values.get(TIMEOUT), (long) values.get(MEMORY) << 20, RenderLimits.DEFAULT.output()),
        values.get(PLUGINS));
  }

  /** Where inputs are put: this process's own directory. */
  Path scratch() {
    return Scratch.in(
        directory.orElseGet(
            () -> hasRoom(IN_MEMORY) ? IN_MEMORY : Path.of(System.getProperty("java.io.tmpdir"))));
  }

  private static boolean hasRoom(Path directory) {
    try {
      return Files.isDirectory(directory)
          && Files.isWritable(directory)
          && Files.getFileStore(directory).getUsableSpace() >= ROOM;
    } catch (IOException e) {
      return false;
    }
  }
}

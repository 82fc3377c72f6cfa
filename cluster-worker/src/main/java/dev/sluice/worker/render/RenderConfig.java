package dev.sluice.worker.render;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Configuration of rendering.
 *
 * @param directory holds inputs while they are rendered; empty: in memory ({@code /dev/shm}) if
 *     that has room, else the JVM's temporary directory
 * @param plugins the directory of kustomize's exec plugins; empty if there are none
 */
public record RenderConfig(
    Optional<Path> directory, RenderLimits limits, Optional<Path> plugins, Isolated isolated) {

  public static final RenderConfig DEFAULT =
      new RenderConfig(Optional.empty(), RenderLimits.DEFAULT);

  /**
   * Configuration of the isolation of renderers.
   *
   * @param mode empty: the strongest that works here
   * @param required whether the process refuses to start without isolation
   * @param readable files and directories that isolated renderers see, besides the system's
   *     programs
   */
  public record Isolated(Optional<IsolationMode> mode, boolean required, List<Path> readable) {

    public static final Isolated AS_WORKS = new Isolated(Optional.empty(), false, List.of());

    public Isolated {
      readable = List.copyOf(readable);
    }
  }

  public static final Setting<Optional<Path>> DIRECTORY =
      Setting.path(
              "render-directory",
              "directory of inputs during a rendering, preferably in memory (default: /dev/shm if it has"
                  + " 128 MiB of room, else the temporary directory)")
          .optional();
  public static final Setting<Duration> TIMEOUT =
      Setting.duration("render-timeout", "how long one rendering may take").or("1m");
  public static final Setting<Integer> MEMORY =
      Setting.integer("render-memory", "memory that one renderer may allocate, in MiB", 64, 65_536)
          .or("1024");

  public static final Setting<Optional<Path>> PLUGINS =
      Setting.path(
              "plugins",
              "directory of kustomize's exec plugins, laid out as its KUSTOMIZE_PLUGIN_HOME; they"
                  + " run for applications with policy.plugins (default: none)")
          .optional();

  public static final Setting<Optional<IsolationMode>> ISOLATION =
      Setting.of(
              "render-isolation",
              "bubblewrap|namespaces|user|none",
              "isolation of renderers from the worker and from each other (default: the strongest"
                  + " that this machine supports)",
              IsolationMode::parse)
          .optional();
  public static final Setting<Boolean> REQUIRED =
      Setting.flag("require-render-isolation", "refuses to start if renderers cannot be isolated");
  public static final Setting<List<Path>> READABLE =
      Setting.list(
          "render-readable",
          "PATH",
          "file or directory that isolated renderers see, besides the system's programs",
          Path::of);

  public static final List<Setting<?>> SETTINGS =
      List.of(DIRECTORY, TIMEOUT, MEMORY, PLUGINS, ISOLATION, REQUIRED, READABLE);

  private static final Path IN_MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 128L << 20;

  /** Creates a configuration without plugins. */
  public RenderConfig(Optional<Path> directory, RenderLimits limits) {
    this(directory, limits, Optional.empty());
  }

  /** Creates a configuration with the strongest isolation that works here. */
  public RenderConfig(Optional<Path> directory, RenderLimits limits, Optional<Path> plugins) {
    this(directory, limits, plugins, Isolated.AS_WORKS);
  }

  /** Returns this configuration with another isolation. */
  public RenderConfig with(IsolationMode mode) {
    return new RenderConfig(
        directory,
        limits,
        plugins,
        new Isolated(Optional.of(mode), isolated.required(), isolated.readable()));
  }

  public static RenderConfig from(SettingValues values) {
    return new RenderConfig(
        values.get(DIRECTORY),
        new RenderLimits(
            values.get(TIMEOUT), (long) values.get(MEMORY) << 20, RenderLimits.DEFAULT.output()),
        values.get(PLUGINS),
        new Isolated(values.get(ISOLATION), values.get(REQUIRED), values.get(READABLE)));
  }

  /** Returns the directory of inputs: this process's own. */
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

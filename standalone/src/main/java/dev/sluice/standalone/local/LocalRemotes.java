package dev.sluice.standalone.local;

import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.remote.FetchedRemotes;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** What policies allow to be taken from elsewhere, kept on this machine between commands. */
public final class LocalRemotes implements AutoCloseable {

  public static final Setting<Optional<Path>> CACHE =
      Setting.path(
              "cache",
              "directory that remote bases and charts are kept in, as far as policies allow them"
                  + " (default: sluice in the user's cache directory)")
          .optional();

  /** A command that is run by hand does not look again by itself. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Mirrors mirrors;
  private final FetchedRemotes remotes;

  private LocalRemotes(Path directory) {
    this.mirrors = new Mirrors(directory, Clock.systemUTC());
    this.remotes = FetchedRemotes.within(directory, mirrors, PATIENCE, Clock.systemUTC());
  }

  /** Opens the directory, which is made when something is fetched. */
  public static LocalRemotes open(SettingValues values) {
    return new LocalRemotes(values.get(CACHE).orElseGet(LocalRemotes::cache));
  }

  /** Finds closures with what is allowed. */
  public ClosureResolver resolver() {
    return new ClosureResolver(remotes);
  }

  /** As the XDG Base Directory Specification has it. */
  private static Path cache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .filter(directory -> !directory.isEmpty())
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("sluice");
  }

  @Override
  public void close() {
    remotes.close();
    mirrors.close();
  }
}

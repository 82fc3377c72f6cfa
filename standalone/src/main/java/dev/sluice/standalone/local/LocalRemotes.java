package dev.sluice.standalone.local;

import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.remote.FetchedRemotes;
import dev.sluice.inputs.remote.RemoteArtifacts;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.TrustedCertificates;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Remote bases and charts that policies allow, cached on this machine between commands. */
public final class LocalRemotes implements AutoCloseable {

  public static final Setting<Optional<Path>> CACHE =
      Setting.path(
              "cache",
              "cache directory of remote bases and charts that policies allow, and of a fleet in a"
                  + " Git repository (default: sluice in the user's cache directory)")
          .optional();

  /** How long a command waits for a fetch: it does not retry later, as the dispatcher does. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Mirrors mirrors;
  private final FetchedRemotes remotes;

  private LocalRemotes(Path directory) {
    this.mirrors =
        new Mirrors(
            directory, new RemoteArtifacts(directory, Clock.systemUTC()), Clock.systemUTC());
    this.remotes = FetchedRemotes.within(directory, mirrors, PATIENCE, Clock.systemUTC());
  }

  /** Opens the cache; its directory is created by the first fetch. */
  public static LocalRemotes open(SettingValues values) {
    TrustedCertificates.configure(values);
    return new LocalRemotes(values.get(CACHE).orElseGet(LocalRemotes::cache));
  }

  Mirrors mirrors() {
    return mirrors;
  }

  /** Returns a resolver of closures that fetches what policies allow. */
  public ClosureResolver resolver() {
    return new ClosureResolver(remotes);
  }

  /** Returns a resolver of closures that fetches only what policies allow without credentials. */
  ClosureResolver anonymousResolver() {
    return new ClosureResolver(new AnonymousRemotes(remotes));
  }

  /** Returns the directory by the XDG Base Directory Specification. */
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

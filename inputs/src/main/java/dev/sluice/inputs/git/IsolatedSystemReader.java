package dev.sluice.inputs.git;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Isolates JGit from the machine: it reads and writes no system, user or JGit configuration and
 * sees no {@code GIT_*} variables. So mirrors behave the same for every user that starts the
 * process. JGit has one such reader for the whole JVM.
 */
final class IsolatedSystemReader extends SystemReader {

  private final SystemReader host;

  private IsolatedSystemReader(SystemReader host) {
    this.host = host;
    setPlatformChecker();
  }

  static synchronized void install() {
    SystemReader current = SystemReader.getInstance();
    if (!(current instanceof IsolatedSystemReader)) {
      SystemReader.setInstance(new IsolatedSystemReader(current));
    }
  }

  @Override
  public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
    return new NoConfig(parent, fs);
  }

  @Override
  public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
    return new NoConfig(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
    return new NoConfig(parent, fs);
  }

  @Override
  public @Nullable String getenv(String variable) {
    return variable.startsWith("GIT_") || variable.startsWith("XDG_")
        ? null
        : host.getenv(variable);
  }

  @Override
  public @Nullable String getProperty(String key) {
    return host.getProperty(key);
  }

  @Override
  public String getHostname() {
    return "localhost";
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in the parent
  public long getCurrentTime() {
    return host.now().toEpochMilli();
  }

  @Override
  public Instant now() {
    return host.now();
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in the parent
  public int getTimezone(long when) {
    return 0;
  }

  @Override
  public ZoneOffset getTimeZoneAt(Instant when) {
    return ZoneOffset.UTC;
  }

  @Override
  public Locale getLocale() {
    return Locale.ROOT;
  }

  /** A configuration that is always empty and never written. */
  private static final class NoConfig extends FileBasedConfig {

    private static final Duration COARSEST_TIMESTAMP = Duration.ofSeconds(2);

    NoConfig(@Nullable Config parent, FS fs) {
      super(parent, null, fs);
    }

    /**
     * Returns the coarsest resolution of file timestamps. Otherwise JGit would measure the
     * resolution at every start for some seconds, because it cannot save the result.
     */
    @Override
    public long getTimeUnit(
        String section,
        @Nullable String subsection,
        String name,
        long defaultValue,
        TimeUnit unit) {
      return section.equals("filesystem")
          ? unit.convert(COARSEST_TIMESTAMP)
          : super.getTimeUnit(section, subsection, name, defaultValue, unit);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }

    @Override
    public String toString() {
      return "no configuration";
    }
  }
}

package dev.sluice.worker.lane;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Backoff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts in progress, in a file that outlives the process. If the process ended at least
 * twice in a row during attempts at a generation, the generation may be the cause: its next attempt
 * waits, longer each time, so that the other applications are applied first.
 *
 * <p>The file is optional: if it is missing or invalid, no attempt waits.
 */
public final class AttemptJournal implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AttemptJournal.class);

  /** A process may be killed for other reasons; twice during the same attempt is suspicious. */
  private static final int SUSPICIOUS = 2;

  private static final Duration FIRST_WAIT = Duration.ofSeconds(20);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(640);
  private static final int MAX_BYTES = 1024 * 1024;
  private static final Pattern LINE =
      Pattern.compile("([a-z0-9.-]{1,253}) ([1-9]\\d{0,15}) (\\d{1,6}) ([+-])");

  private final Optional<Path> file;
  private final Backoff backoff;
  private final Map<String, Attempt> running = new TreeMap<>();
  private final Map<String, Attempt> remembered = new TreeMap<>();
  private final Set<String> waited = new HashSet<>();
  private boolean failed;

  /**
   * An attempt at a generation.
   *
   * @param ends how often the process ended during such an attempt
   */
  private record Attempt(Generation generation, int ends) {}

  private AttemptJournal(Optional<Path> file, DoubleSupplier random) {
    this.file = file;
    this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
  }

  /** Returns a journal that remembers nothing beyond the process. */
  public static AttemptJournal none() {
    return new AttemptJournal(Optional.empty(), () -> 0);
  }

  /**
   * Opens a journal in a directory that only this user can write to; the directory is created if it
   * is missing.
   *
   * @param random returns numbers from 0 to 1
   */
  public static AttemptJournal open(Path directory, String name, DoubleSupplier random) {
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      AttemptJournal journal = new AttemptJournal(Optional.of(directory.resolve(name)), random);
      journal.read();
      return journal;
    } catch (IOException | UnsupportedOperationException e) {
      log.atWarn().setCause(e).log("no journal of attempts in {}", directory);
      return none();
    }
  }

  /** Returns how long an attempt has to wait, once per process; empty if it may begin. */
  synchronized Optional<Duration> penalty(ApplicationName application, Generation generation) {
    int ends = ends(application, generation);
    if (ends < SUSPICIOUS || !waited.add(application.value())) {
      return Optional.empty();
    }
    return Optional.of(backoff.after(ends - SUSPICIOUS + 1));
  }

  /** Records that an attempt begins. */
  synchronized void begun(ApplicationName application, Generation generation) {
    running.put(application.value(), new Attempt(generation, ends(application, generation)));
    write();
  }

  /** Records that an attempt ended, whatever its outcome. */
  synchronized void ended(ApplicationName application) {
    running.remove(application.value());
    remembered.remove(application.value());
    waited.remove(application.value());
    write();
  }

  /** Closes the journal of a process that ends normally: running attempts are not suspected. */
  @Override
  public synchronized void close() {
    running.clear();
    write();
  }

  private int ends(ApplicationName application, Generation generation) {
    Attempt known = remembered.get(application.value());
    return known != null && known.generation().equals(generation) ? known.ends() : 0;
  }

  private void read() throws IOException {
    Path path = file.orElseThrow();
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > MAX_BYTES) {
      return;
    }
    LINE.matcher(new String(Files.readAllBytes(path), UTF_8))
        .results()
        .forEach(
            line -> {
              int ends = Integer.parseInt(line.group(3)) + (line.group(4).equals("+") ? 1 : 0);
              Generation.parse(line.group(2))
                  .ifPresent(it -> remembered.put(line.group(1), new Attempt(it, ends)));
            });
    if (!remembered.isEmpty()) {
      log.atWarn()
          .log("the process before this one ended during attempts at {}", remembered.keySet());
    }
  }

  private void write() {
    if (file.isEmpty()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    running.forEach((application, attempt) -> lines.append(line(application, attempt, '+')));
    remembered.forEach(
        (application, attempt) -> {
          if (!running.containsKey(application)) {
            lines.append(line(application, attempt, '-'));
          }
        });
    try {
      Path next = file.get().resolveSibling(file.get().getFileName() + ".next");
      Files.writeString(next, lines);
      Files.move(next, file.get(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      if (!failed) {
        log.atWarn().setCause(e).log("cannot write the journal of attempts");
        failed = true;
      }
    }
  }

  private static String line(String application, Attempt attempt, char state) {
    return "%s %s %d %s\n".formatted(application, attempt.generation(), attempt.ends(), state);
  }
}

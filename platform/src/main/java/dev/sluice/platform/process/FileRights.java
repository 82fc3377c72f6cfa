package dev.sluice.platform.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The user of this process, and the owners and modes of files, for messages about refusals. */
public final class FileRights {

  private static final Path STATUS = Path.of("/proc/self/status");

  private FileRights() {}

  /**
   * Describes why a file may be refused: this process's user, and the owner and mode of the file,
   * or of the first directory above it that can be seen.
   */
  public static String describe(Path file) {
    Path seen = file.toAbsolutePath().normalize();
    while (!Files.exists(seen) && seen.getParent() != null) {
      seen = seen.getParent();
    }
    String process = "this process runs as " + user();
    return owner(seen).map(owner -> process + ", and " + owner).orElse(process);
  }

  /** Returns this process's user and groups by their numbers, as {@code uid 1, gid 1}. */
  public static String user() {
    return first("Uid:")
        .flatMap(uid -> first("Gid:").map(gid -> "uid %s, gid %s".formatted(uid, gid)))
        .map(ids -> groups().isEmpty() ? ids : ids + ", groups " + groups())
        .orElseGet(() -> "user " + System.getProperty("user.name"));
  }

  /** Returns the numbers as {@code chown} takes them; empty if they are unknown. */
  static Optional<String> owner() {
    return first("Uid:").flatMap(uid -> first("Gid:").map(gid -> uid + ":" + gid));
  }

  private static String groups() {
    return String.join(" ", fields("Groups:"));
  }

  private static Optional<String> first(String name) {
    return fields(name).stream().skip(1).findFirst(); // the second is the effective one
  }

  private static List<String> fields(String name) {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).strip())
          .filter(values -> !values.isEmpty())
          .flatMap(values -> List.of(values.split("\\s+")).stream())
          .toList();
    } catch (IOException e) {
      return List.of(); // not Linux
    }
  }

  private static Optional<String> owner(Path file) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      return Optional.of(
          "%s belongs to uid %s, gid %s with mode %s"
              .formatted(
                  file,
                  Files.getAttribute(file, "unix:uid"),
                  Files.getAttribute(file, "unix:gid"),
                  PosixFilePermissions.toString(mode)));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }
}

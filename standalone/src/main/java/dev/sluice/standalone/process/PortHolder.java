package dev.sluice.standalone.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Process that listens on a TCP port, as Linux shows it. Other users' processes cannot be seen.
 *
 * @param id the process id
 * @param command the name of its program
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_net.5.html">proc_pid_net(5)</a>
 */
record PortHolder(long id, String command) {

  private static final String LISTENING = "0A";

  /** Returns the process; empty if there is none, or if it cannot be found out. */
  static Optional<PortHolder> of(int port) {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try (Stream<String> lines = Files.lines(Path.of(table))) {
        lines.skip(1).flatMap(line -> socket(line, port).stream()).forEach(sockets::add);
      } catch (IOException e) {
        // not Linux, or without IPv6
      }
    }
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (has(process, sockets)) {
          return Optional.of(
              new PortHolder(Long.parseLong(process.getFileName().toString()), command(process)));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // the port is in use by an unknown process
    }
    return Optional.empty();
  }

  /** Returns the name of a listening socket of a line, as the links of a process have it. */
  private static Optional<String> socket(String line, int port) {
    String[] fields = line.strip().split("\\s+", -1);
    return fields.length > 9
            && fields[3].equals(LISTENING)
            && fields[1].endsWith(":%04X".formatted(port))
        ? Optional.of("socket:[" + fields[9] + "]")
        : Optional.empty();
  }

  private static boolean has(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (isOneOf(file, sockets)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // the process has ended, or belongs to another user
    }
    return false;
  }

  private static boolean isOneOf(Path file, Set<String> sockets) {
    try {
      return sockets.contains(Files.readSymbolicLink(file).toString());
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static String command(Path process) {
    try {
      return Files.readString(process.resolve("comm")).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  @Override
  public String toString() {
    return "process %d (%s)".formatted(id, command);
  }
}

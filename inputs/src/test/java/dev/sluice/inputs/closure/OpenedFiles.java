package dev.sluice.inputs.closure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files under a directory that a program accessed, by strace.
 *
 * @param opened paths of files and directories that were opened
 * @param absent paths that were looked up and do not exist
 * @param seen all paths that were looked up and exist
 */
public record OpenedFiles(Set<String> opened, Set<String> absent, Set<String> seen) {

  /** {@code openat(AT_FDCWD</here>, "path", O_RDONLY) = 3}, and calls without a directory. */
  private static final Pattern CALL =
      Pattern.compile(
          "\\d* ?(\\w+)\\((?:(?:AT_FDCWD|\\d+)(?:<([^>]*)>)?, )?\"((?:[^\"\\\\]|\\\\.)*)\".*\\) ="
              + " (-?\\d+)(?:<[^>]*>)?(?: (\\w+) .*)?");

  /** Runs a program to its end, however it ends. */
  static OpenedFiles of(List<String> program, Path root, Path work)
      throws IOException, InterruptedException {
    return of(program, List.of(root), work).getFirst();
  }

  /**
   * Runs a program to its end, however it ends.
   *
   * @param roots directories to report separately
   * @param work directory for strace's output: one file for each thread, so that lines are not
   *     mixed
   */
  static List<OpenedFiles> of(List<String> program, List<Path> roots, Path work)
      throws IOException, InterruptedException {
    Path logs = Files.createTempDirectory(work, "strace");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("strace", "-ff", "-qq", "-y", "-s", "4096", "-e", "trace=file"));
    command.addAll(List.of("-e", "signal=none", "-o", logs.resolve("log").toString()));
    command.addAll(program);
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(work.resolve("errors").toFile())
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IllegalStateException("does not come to an end: " + program);
    }
    List<OpenedFiles> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(logs)) {
      List<Path> all = files.toList();
      for (Path root : roots) {
        found.add(read(all, root, work));
      }
    }
    return found;
  }

  private static OpenedFiles read(List<Path> logs, Path root, Path work) throws IOException {
    OpenedFiles found = new OpenedFiles(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    for (Path log : logs) {
      for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
        Matcher call = CALL.matcher(line);
        if (call.matches()) {
          Path base = call.group(2) == null ? work : Path.of(call.group(2));
          found.add(call, base.resolve(call.group(3)).normalize(), root);
        }
      }
    }
    return found;
  }

  private void add(Matcher call, Path path, Path root) {
    if (!path.startsWith(root) || path.equals(root)) {
      return;
    }
    String relative = root.relativize(path).toString();
    if (!call.group(4).startsWith("-")) {
      seen.add(relative);
      if (call.group(1).startsWith("open")) {
        opened.add(relative);
      }
    } else if (List.of("ENOENT", "ENOTDIR").contains(call.group(5))) {
      absent.add(relative);
    }
  }

  /** Returns the accessed paths that a closure lacks; empty if it is complete. */
  List<String> missingIn(Closure closure, Path root) throws IOException {
    Set<String> entries = new TreeSet<>();
    closure.entries().forEach(entry -> entries.add(entry.path()));
    List<String> missing = new ArrayList<>();
    for (String path : opened) {
      Path real = root.resolve(path).toRealPath();
      String name = root.relativize(real).toString();
      if (Files.isDirectory(real)) {
        if (!closure.footprint().covers(name + "/another")) {
          missing.add("listing of " + name);
        }
      } else if (!entries.contains(name)) {
        missing.add("content of " + name);
      }
    }
    for (String path : seen) {
      links(root, path).filter(link -> !entries.contains(link)).forEach(missing::add);
      if (Files.isRegularFile(root.resolve(path), LinkOption.NOFOLLOW_LINKS)
          && !closure.footprint().covers(behindLinks(root, path))) {
        missing.add("presence of " + path);
      }
    }
    for (String path : absent) {
      if (!closure.footprint().covers(behindLinks(root, path))) {
        missing.add("absence of " + path);
      }
    }
    return missing;
  }

  /**
   * Returns the path with symbolic links in its parents resolved; its last component may be a link
   * or not exist.
   */
  private static String behindLinks(Path root, String path) throws IOException {
    Path above = root.resolve(path).getParent();
    return Files.exists(above)
        ? root.relativize(above.toRealPath().resolve(Path.of(path).getFileName())).toString()
        : path;
  }

  /** Returns the opened files by their real paths, and the symbolic links that lead to them. */
  Set<String> inputs(Path root) throws IOException {
    Set<String> inputs = new TreeSet<>();
    for (String path : opened) {
      Path real = root.resolve(path).toRealPath();
      if (Files.isRegularFile(real)) {
        inputs.add(root.relativize(real).toString());
      }
    }
    seen.forEach(path -> links(root, path).forEach(inputs::add));
    return inputs;
  }

  /** Returns the symbolic links in a path, including itself. */
  private static Stream<String> links(Path root, String path) {
    Stream.Builder<String> links = Stream.builder();
    Path here = root;
    try {
      for (Path name : Path.of(path)) {
        here = here.resolve(name);
        if (Files.isSymbolicLink(here)) {
          links.add(root.relativize(here).toString());
          here = here.toRealPath();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return links.build();
  }
}

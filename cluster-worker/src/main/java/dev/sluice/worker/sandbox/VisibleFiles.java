package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of the machine that isolated renderers see but may not write: the system's programs and
 * libraries, and those that are installed in other places. Of {@code /etc} only the files that the
 * dynamic linker needs.
 *
 * @param links symbolic links in the root directory, with their targets
 * @param readable files and directories, none of them below another
 */
public record VisibleFiles(Map<String, String> links, Set<Path> readable) {

  private static final List<String> SYSTEM =
      List.of("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32");
  private static final List<Path> ALSO =
      Stream.of(
              "/etc/ld.so.cache",
              "/etc/ld.so.conf",
              "/etc/ld.so.conf.d",
              "/etc/alternatives",
              "/nix/store",
              "/gnu/store")
          .map(Path::of)
          .toList();

  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  public VisibleFiles {
    links = Map.copyOf(links);
    readable = new LinkedHashSet<>(readable);
  }

  /**
   * Returns the files of this machine.
   *
   * @param others programs and directories that renderers need as well; links are followed
   */
  public static VisibleFiles with(List<Path> others) {
    Map<String, String> links = new LinkedHashMap<>();
    Set<Path> readable = new LinkedHashSet<>();
    for (String name : SYSTEM) {
      Path path = Path.of(name);
      if (Files.isSymbolicLink(path)) {
        links.put(name.substring(1), target(path));
      } else if (Files.isDirectory(path)) {
        readable.add(path);
      }
    }
    Stream.concat(ALSO.stream(), others.stream())
        .filter(Files::exists)
        .flatMap(path -> Stream.of(path, real(path)))
        .filter(path -> readable.stream().noneMatch(path::startsWith))
        .filter(path -> links.keySet().stream().noneMatch(link -> path.startsWith("/" + link)))
        .forEach(readable::add);
    return new VisibleFiles(links, readable);
  }

  /**
   * Returns the mounts at and below the readable files, which have to be made read-only one by one.
   *
   * @return with the option that each must keep: {@code noexec}
   */
  Map<Path, String> mounts() {
    Map<Path, String> all = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(MOUNTS)) {
        String[] fields = line.split(" ", -1);
        all.put(Path.of(unescaped(fields[4])), fields[5]);
      }
    } catch (IOException e) {
      return Map.of();
    }
    Map<Path, String> needed = new LinkedHashMap<>();
    for (Path path : readable) {
      Path above = path;
      while (above.getParent() != null && !all.containsKey(above)) {
        above = above.getParent();
      }
      needed.put(path, all.getOrDefault(above, ""));
      all.forEach(
          (mount, options) -> {
            if (mount.startsWith(path) && !mount.equals(path)) {
              needed.put(mount, options);
            }
          });
    }
    return needed;
  }

  /** Returns the readable directories. */
  List<Path> directories() {
    return readable.stream().filter(Files::isDirectory).toList();
  }

  /** Returns the readable files that are not directories. */
  List<Path> files() {
    List<Path> files = new ArrayList<>(readable);
    files.removeAll(directories());
    return files;
  }

  private static String unescaped(String field) {
    return OCTAL
        .matcher(field)
        .replaceAll(
            octal ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }
}

package dev.sluice.worker.render;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Digests of programs with all files beside them. A digest is computed again when one of the files
 * changed its name, modification time, size, mode or inode.
 */
final class ProgramDigests {

  private static final int SHOWN = 16;
  private static final String STAMP = "unix:ctime,lastModifiedTime,size,ino,mode";

  private final Map<Path, Known> known = new ConcurrentHashMap<>();

  /**
   * The digest of a directory.
   *
   * @param stamps by file, relative to the directory
   */
  private record Known(Map<String, Object> stamps, String digest) {}

  /**
   * Returns the digest of a directory, links followed: of names, execute permissions and contents.
   */
  String of(Path directory) throws IOException {
    Map<String, Object> stamps = stamps(directory);
    Known before = known.get(directory);
    if (before != null && before.stamps().equals(stamps)) {
      return before.digest();
    }
    String digest = read(directory, stamps.keySet());
    known.put(directory, new Known(stamps, digest));
    return digest;
  }

  private static Map<String, Object> stamps(Path directory) throws IOException {
    Map<String, Object> stamps = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        Path name = directory.relativize(file);
        if (!isVolumeOwn(name)) {
          stamps.put(name.toString(), Map.copyOf(Files.readAttributes(file, STAMP)));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return stamps;
  }

  /**
   * Returns whether the name is one of those that Kubernetes' volumes keep their versions under.
   */
  private static boolean isVolumeOwn(Path name) {
    return name.getName(0).toString().startsWith("..");
  }

  private static String read(Path directory, Iterable<String> names) throws IOException {
    MessageDigest digest = sha256();
    for (String name : names) {
      Path file = directory.resolve(name);
      String kind = Files.isExecutable(file) ? "x" : "-";
      for (String part : List.of(kind, name, Long.toString(Files.size(file)))) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
    return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is always there", e);
    }
  }
}

package dev.sluice.standalone.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The demo's files on the class path. */
final class DemoFiles {

  private DemoFiles() {}

  /**
   * Copies a resource directory.
   *
   * @param name such as {@code apps}
   * @param substitutions values that replace {@code @NAME@} in the files, by name
   */
  static void unpack(String name, Path to, Map<String, String> substitutions) {
    try {
      URI uri = DemoFiles.class.getResource("/demo/" + name).toURI();
      if (uri.getScheme().equals("jar")) {
        try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
          copy(jar.getPath("/demo/" + name), to, substitutions);
        }
      } else {
        copy(Path.of(uri), to, substitutions);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack the demo's files to " + to, e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the demo's files have no usable place", e);
    }
  }

  private static void copy(Path from, Path to, Map<String, String> substitutions)
      throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(from)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String text = Files.readString(file);
      for (Map.Entry<String, String> substitution : substitutions.entrySet()) {
        text = text.replace("@" + substitution.getKey() + "@", substitution.getValue());
      }
      Path target = to.resolve(from.relativize(file).toString());
      Files.createDirectories(target.getParent());
      Files.writeString(target, text);
    }
  }
}

package dev.sluice.inputs.closure;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.marcnuri.helm.Helm;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A whole checkout on disk, rendered by the programs themselves. */
final class Rendering {

  private final Path root;

  Rendering(Path root) {
    this.root = root;
  }

  /** Skips or fails the test unless kustomize and the Helm library can run here. */
  static void checkPossible() {
    NeededProgram.check("kustomize", "kubectl");
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "the Helm library is for another system");
  }

  /** Returns the command that builds a kustomization. */
  static List<String> kustomize(String... arguments) {
    return Stream.concat(
            NeededProgram.isInstalled("kustomize")
                ? Stream.of("kustomize", "build")
                : Stream.of("kubectl", "kustomize"),
            Stream.of(arguments))
        .toList();
  }

  /** Replaces the directory's content by this tree. */
  void checkOut(MemoryTree tree) throws IOException {
    if (Files.exists(root)) {
      try (Stream<Path> all = Files.walk(root)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    for (String path : tree.contents().keySet()) {
      TreeEntry entry = tree.entry(path).orElseThrow();
      Path file = root.resolve(path);
      Files.createDirectories(file.getParent());
      byte[] content = tree.read(entry, Integer.MAX_VALUE);
      if (entry.kind() == TreeEntry.Kind.SYMLINK) {
        Files.createSymbolicLink(file, Path.of(new String(content, StandardCharsets.UTF_8)));
      } else {
        Files.write(file, content);
      }
    }
  }

  /** Returns the output for a source; empty if rendering fails. */
  Optional<String> of(SourceSpec source) throws Exception {
    Path path = root.resolve(source.path());
    if (Stream.of("kustomization.yaml", "kustomization.yml", "Kustomization")
        .anyMatch(name -> Files.exists(path.resolve(name)))) {
      return kustomize(path);
    }
    return Files.exists(path.resolve("Chart.yaml")) ? helm(path, source) : plain(path);
  }

  private Optional<String> kustomize(Path path) throws Exception {
    Path output = Files.createTempFile("rendered", ".yaml");
    try {
      Process process =
          new ProcessBuilder(kustomize(path.toString()))
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("kustomize did not come to an end");
      }
      return process.exitValue() == 0 ? Optional.of(Files.readString(output)) : Optional.empty();
    } finally {
      Files.delete(output);
    }
  }

  private static Optional<String> helm(Path path, SourceSpec source) {
    var command = new Helm(path).template().withName("release").withNamespace("default");
    for (String file : source.options().helm().valuesFiles()) {
      command.withValuesFile(path.resolve(file).normalize());
    }
    try {
      return Optional.of(command.call());
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> plain(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (file.toString().matches(".*\\.(yaml|yml|json)")) {
          all.append(file).append('\n').append(Files.readString(file));
        }
      }
      return all.isEmpty() ? Optional.empty() : Optional.of(all.toString());
    } catch (UncheckedIOException e) {
      return Optional.empty();
    }
  }
}

package dev.sluice.benchmarks.comparison;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Kustomize and helm without Sluice, and without a network. */
final class BareProgram implements AutoCloseable {

  private static final String CLOSED = "http://127.0.0.1:9";
  private static final int SECONDS = 60;

  private final Path home;

  BareProgram() throws IOException {
    this.home = Files.createTempDirectory("sluice-comparison");
  }

  Rendering kustomize(Path root, String directory) throws IOException, InterruptedException {
    return run(
        root,
        List.of(
            "kustomize",
            "build",
            "./" + directory,
            "--load-restrictor=LoadRestrictionsRootOnly",
            "--enable-helm"));
  }

  /** Renders a chart with the arguments that the worker gives for an application of this name. */
  Rendering helm(Path root, String directory, String name)
      throws IOException, InterruptedException {
    return run(
        root,
        List.of("helm", "template", name, "./" + directory, "--namespace", name, "--include-crds"));
  }

  private Rendering run(Path root, List<String> command) throws IOException, InterruptedException {
    Path output = home.resolve("output");
    Path errors = home.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("HTTP_PROXY", CLOSED);
    builder.environment().put("HTTPS_PROXY", CLOSED);
    builder.environment().put("GIT_ALLOW_PROTOCOL", "none");
    Process process =
        builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return new Rendering.Failed("it took more than %d s".formatted(SECONDS));
    }
    if (process.exitValue() != 0) {
      return new Rendering.Failed(
          Files.readString(errors, StandardCharsets.ISO_8859_1).lines().reduce("", (_, b) -> b));
    }
    return new Rendering.Printed(Files.readString(output));
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.walk(home)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}

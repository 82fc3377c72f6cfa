package dev.sluice.simulated;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The installed {@code kubectl}, configured for one namespace of one cluster.
 *
 * <p>Its home is the given directory, so that it does not use cached data of other servers on the
 * same port.
 */
final class Kubectl {
  private static final long PATIENCE_SECONDS = 30;

  private final Path directory;
  private final Path kubeconfig;
  private final String namespace;
  private int runs;

  Kubectl(Path directory, Path kubeconfig, String namespace) {
    this.directory = directory;
    this.kubeconfig = kubeconfig;
    this.namespace = namespace;
  }

  /** Exit status and combined output of a run. */
  record Answer(int exit, String text) {}

  static boolean isInstalled() {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
  }

  Answer run(String... arguments) {
    Path output = directory.resolve("output-" + runs++);
    Process process = start(output, arguments);
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("kubectl " + List.of(arguments) + " does not end");
      }
      return new Answer(process.exitValue(), Files.readString(output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while kubectl ran", e);
    }
  }

  /** Runs a command on a manifest, passed as a file. */
  Answer runOn(String manifest, String... arguments) {
    Path file = directory.resolve("manifest-" + runs + ".yaml");
    try {
      Files.writeString(file, manifest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("-f");
    all.add(file.toString());
    return run(all.toArray(String[]::new));
  }

  /** Starts a command that the caller ends. */
  Process start(Path output, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("kubectl", "--kubeconfig", kubeconfig.toString(), "--namespace", namespace));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("HOME", directory.toString());
    builder.environment().remove("KUBECACHEDIR");
    builder.environment().remove("KUBECTL_EXTERNAL_DIFF");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.sluice.worker.render;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.event.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program that builds kustomizations on this machine: {@code kustomize} (15 to 19 ms a call),
 * else {@code kubectl kustomize} (56 ms).
 *
 * @param arguments the program, by its full path, and what makes it build
 * @param name name and version
 */
record KustomizeCommand(List<String> arguments, String name) {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Pattern VERSION = Pattern.compile("v\\d+\\.\\d+\\.\\d+\\S*");

  KustomizeCommand {
    arguments = List.copyOf(arguments);
  }

  /**
   * Looks for it.
   *
   * @param path directories, separated as in the environment variable PATH
   * @return empty if neither program is there and tells its version
   */
  static Optional<KustomizeCommand> find(String path) throws InterruptedException {
    Optional<Path> kustomize = program("kustomize", path);
    if (kustomize.isPresent()) {
      String file = kustomize.get().toString();
      Optional<String> version = version(List.of(file, "version"), "");
      if (version.isPresent()) {
        return Optional.of(
            new KustomizeCommand(List.of(file, "build"), "kustomize " + version.get()));
      }
    }
    Optional<Path> kubectl = program("kubectl", path);
    if (kubectl.isEmpty()) {
      return Optional.empty();
    }
    String file = kubectl.get().toString();
    return version(List.of(file, "version", "--client", "-o", "json"), "kustomizeVersion")
        .map(
            version ->
                new KustomizeCommand(List.of(file, "kustomize"), "kubectl kustomize " + version));
  }

  /** All arguments that build a directory. */
  List<String> build(String directory) {
    List<String> all = new ArrayList<>(arguments);
    all.add(directory);
    all.add("--load-restrictor=LoadRestrictionsRootOnly");
    return all;
  }

  private static Optional<Path> program(String name, String path) {
    return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name).toAbsolutePath())
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static Optional<String> version(List<String> command, String field)
      throws InterruptedException {
    Path directory = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      BoundedProcess process =
          new BoundedProcess(command, directory, Map.of("HOME", directory.toString()), LIMIT);
      if (!(process.run() instanceof BoundedProcess.Ending.Exited exited) || exited.code() != 0) {
        return Optional.empty();
      }
      String text =
          field.isEmpty()
              ? exited.output()
              : Json.mapper().readTree(exited.output()).path(field).asText();
      Matcher version = VERSION.matcher(text);
      return version.find() ? Optional.of(version.group()) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

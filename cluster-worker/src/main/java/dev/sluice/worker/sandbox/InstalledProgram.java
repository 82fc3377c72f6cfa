package dev.sluice.worker.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.json.Json;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds installed programs and their versions. */
public final class InstalledProgram {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern VERSION = Pattern.compile("v\\d+\\.\\d+(\\.\\d+)?[^\\s\"]*");

  private InstalledProgram() {}

  /**
   * Returns the first program of that name.
   *
   * @param path directories, separated as in the environment variable PATH
   */
  public static Optional<Path> find(String name, String path) {
    return Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name).toAbsolutePath())
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** Returns the version that a command prints; empty if it prints none. */
  public static Optional<String> version(List<String> command, Sandbox sandbox)
      throws InterruptedException {
    return sandbox.output(command, PATIENCE).flatMap(InstalledProgram::inText);
  }

  /** Returns the version in a field of the JSON that a command prints. */
  public static Optional<String> version(List<String> command, String field, Sandbox sandbox)
      throws InterruptedException {
    return sandbox
        .output(command, PATIENCE)
        .flatMap(
            json -> {
              try {
                return inText(Json.mapper().readTree(json).path(field).asText());
              } catch (JsonProcessingException e) {
                return Optional.empty();
              }
            });
  }

  private static Optional<String> inText(String text) {
    Matcher version = VERSION.matcher(text);
    return version.find() ? Optional.of(version.group()) : Optional.empty();
  }
}

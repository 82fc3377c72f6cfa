package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * An object of {@code src/test/resources/health} with its expected health. Objects of Kubernetes'
 * own kinds are recorded from Kubernetes 1.37, others follow the documentation of their API.
 *
 * @param file the path below the directory, such as {@code Deployment.apps/available.json}
 * @param rollout the answer of {@code kubectl rollout status} for the same version of the object;
 *     empty if it was not asked
 */
record GoldenCase(String file, Health health, String reason, String rollout) {

  static final Path DIRECTORY = Path.of("src/test/resources/health");

  private static final Path INDEX = DIRECTORY.resolve("expected.tsv");

  /** Returns the cases of the index: a line each with file, health, reason and rollout. */
  static Stream<GoldenCase> all() {
    try {
      return Files.readAllLines(INDEX).stream().map(GoldenCase::parse);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<GoldenCase> rollouts() {
    return all().filter(each -> !each.rollout().isEmpty());
  }

  JsonNode object() {
    try {
      return Json.mapper().readTree(DIRECTORY.resolve(file).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return file;
  }

  private static GoldenCase parse(String line) {
    List<String> columns = List.of(line.split("\t", -1));
    Health health =
        Stream.of(Health.values())
            .filter(each -> each.word().equals(columns.get(1)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(line));
    return new GoldenCase(columns.get(0), health, columns.get(2), columns.get(3));
  }
}

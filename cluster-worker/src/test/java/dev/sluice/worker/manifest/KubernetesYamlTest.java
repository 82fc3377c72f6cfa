package dev.sluice.worker.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Manifests are read as by Kubernetes' own tools (sigs.k8s.io/yaml).
 *
 * <p>{@code kubernetes-yaml.jsonl} has texts and what they are read as. If the corpus is present
 * (system property {@code sluice.yaml-corpus}, else beside the checkout), each of its files is
 * compared with what Kubernetes' reader makes of it; {@code yaml-differences.txt} lists those that
 * are read differently on purpose.
 */
class KubernetesYamlTest {

  private static final Path CORPUS =
      Path.of(System.getProperty("sluice.yaml-corpus", "../../shared/cases/yaml"));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> readsWhatKubernetesReads() throws IOException {
    return lines("/kubernetes-yaml.jsonl")
        .map(KubernetesYamlTest::json)
        .map(
            example ->
                DynamicTest.dynamicTest(
                    example.get("yaml").toString(),
                    () -> {
                      String read = read(example.get("yaml").textValue());
                      if (example.has("refused")) {
                        assertThat(read).contains(example.get("refused").textValue());
                      } else {
                        assertThat(same(json(read), example.get("read"))).as(read).isTrue();
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> readsTheCorpusAsKubernetesDoes() throws IOException {
    assumeTrue(Files.isDirectory(CORPUS), "no corpus at " + CORPUS);
    Map<String, String> differences = new TreeMap<>();
    lines("/yaml-differences.txt")
        .forEach(line -> differences.put(line.split(" ", 2)[0], line.split(" ", 2)[1]));
    return Files.readAllLines(CORPUS.resolve("EXPECTED.tsv")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\t", 3))
        .map(
            expected ->
                DynamicTest.dynamicTest(
                    expected[0],
                    () ->
                        assertThat(outcome(expected[0], expected[1].equals("error"), expected[2]))
                            .isEqualTo(differences.getOrDefault(expected[0], "same"))));
  }

  private static Stream<String> lines(String resource) throws IOException {
    try (InputStream in = KubernetesYamlTest.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"));
    }
  }

  private static String outcome(String file, boolean refused, String expected) throws IOException {
    String read;
    try {
      read = read(Files.readString(CORPUS.resolve(file)));
    } catch (CharacterCodingException e) {
      read = "not UTF-8"; // never reaches the reader
    }
    boolean accepted = read.startsWith("[");
    if (refused || !accepted) {
      return refused == !accepted ? "same" : accepted ? "accepted" : "refused";
    }
    return same(json(read), json(expected)) ? "same" : "different";
  }

  /** Returns the documents as a JSON array, or the refusal. */
  private static String read(String text) {
    try {
      ArrayNode documents = JSON.createArrayNode();
      YamlDocument.readAll(text, "test.yaml").forEach(d -> documents.add(d.content()));
      return documents.toString();
    } catch (ManifestException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** Compares trees; numbers are compared by value, however they are written. */
  private static boolean same(JsonNode read, JsonNode expected) {
    return read.equals(
        (a, b) ->
            a.isNumber() && b.isNumber()
                ? a.decimalValue().compareTo(b.decimalValue())
                : a.equals(b) ? 0 : 1,
        expected);
  }
}

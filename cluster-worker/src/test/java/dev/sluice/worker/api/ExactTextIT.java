package dev.sluice.worker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestReader;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every Unicode character of a manifest is the same in the cluster, whatever the manifest's
 * notation and the kind of request.
 */
@Tag("kubernetes")
final class ExactTextIT {

  private static final int BATCH = 1 << 14;
  private static final int KEYS_PER_BATCH = 128;
  private static final String GROUP =
      "t" + UUID.randomUUID().toString().substring(0, 8) + ".example.com";
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: things.%1$s}
      spec:
        group: %1$s
        scope: Namespaced
        names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec: {type: object, additionalProperties: {type: string}}
      """
          .formatted(GROUP);

  private static ClusterFixture fixture;
  private static ClusterApi api;
  private static String namespace;

  @BeforeAll
  static void open() throws Exception {
    fixture = ClusterFixture.open();
    api = new ClusterApi(fixture.client(), Duration.ofSeconds(30));
    namespace = fixture.namespace();
    // without this, a stored definition would break such a server permanently
    if (fixture.readsJsonOfBuiltInKinds()) {
      define();
    }
  }

  private static void define() throws Exception {
    String path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things." + GROUP;
    api.apply(path, read(DEFINITION), true);
    fixture.cleanUp(
        () ->
            fixture
                .client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("things." + GROUP)
                .delete());
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsMatching(ApiException.class::isInstance)
        .until(() -> !api.apply(thing("text"), read(manifest("text", "{}")), true).isEmpty());
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  static IntStream batches() {
    return IntStream.range(0, (Character.MAX_CODE_POINT + 1) / BATCH).map(i -> i * BATCH);
  }

  /** Returns the characters of a batch, each between spaces. */
  private static String text(int first) {
    return text(first, first + BATCH);
  }

  private static String text(int first, int end) {
    StringBuilder text = new StringBuilder();
    IntStream.range(first, end)
        .filter(ExactTextIT::isCharacter)
        .forEach(c -> text.append("x ").appendCodePoint(c).append(' ').appendCodePoint(c));
    return text.toString();
  }

  private static boolean isCharacter(int codePoint) {
    return codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE;
  }

  /** Returns a text in double quotes with all characters escaped. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> quoted.append("\\U%08x".formatted(c)));
    return quoted.append('"').toString();
  }

  private static ObjectNode read(String manifest) throws Exception {
    Manifest read = ManifestReader.read(manifest, "test.yaml").getFirst();
    return read.content().deepCopy();
  }

  private static String configMap() {
    return "/api/v1/namespaces/%s/configmaps/text".formatted(namespace);
  }

  private static String configMap(String value) {
    return "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"text\"}, \"data\": {\"v\": %s}}"
        .formatted(value);
  }

  private static String thing(String name) {
    return "/apis/%s/v1/namespaces/%s/things/%s".formatted(GROUP, namespace, name);
  }

  private static String manifest(String name, String spec) {
    return "{\"apiVersion\": \"%s/v1\", \"kind\": \"Thing\", \"metadata\": {\"name\": \"%s\"}, \"spec\": %s}"
        .formatted(GROUP, name, spec);
  }

  private static JsonNode live(String path) throws Exception {
    return api.get(path).orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("batches")
  void appliesTheValuesOfJson(int batch) throws Exception {
    String text = text(batch);
    ObjectNode object = read(configMap(Json.mapper().writeValueAsString(text)));

    assertThat(api.applyDry(configMap(), object, true).at("/data/v").textValue()).isEqualTo(text);
    api.apply(configMap(), object, true);

    assertThat(live(configMap()).at("/data/v").textValue()).isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void appliesTheValuesOfYamlEscapes(int batch) throws Exception {
    String text = text(batch);
    String manifest = "# YAML, as JSON has no such escapes\n" + configMap(quoted(text));

    api.apply(configMap(), read(manifest), true);

    assertThat(live(configMap()).at("/data/v").textValue()).isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void mergesValues(int batch) throws Exception {
    fixture.assumeJsonOfBuiltInKinds();
    String text = text(batch);
    api.apply(configMap(), read(configMap("\"\"")), true);

    ObjectNode merge = Json.mapper().createObjectNode();
    merge.putObject("data").put("m", text);
    api.merge(configMap(), merge);
    ObjectNode patch = Json.mapper().createObjectNode();
    patch.putObject("data").put("p", text);
    api.patch(configMap(), patch);

    assertThat(live(configMap()).at("/data/m").textValue()).isEqualTo(text);
    assertThat(live(configMap()).at("/data/p").textValue()).isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void appliesAndMergesKeys(int batch) throws Exception {
    fixture.assumeJsonOfBuiltInKinds();
    String name = "batch-" + batch;
    ObjectNode applied = Json.mapper().createObjectNode();
    ObjectNode merged = Json.mapper().createObjectNode();
    int step = BATCH / KEYS_PER_BATCH;
    for (int first = batch; first < batch + BATCH; first += step) {
      applied.put("a" + text(first, first + step), "v");
      merged.put("m" + text(first, first + step), "v");
    }
    ObjectNode expected = applied.deepCopy();

    api.apply(thing(name), read(manifest(name, applied.toString())), true);
    assertThat(live(thing(name)).get("spec")).isEqualTo(expected);
    ObjectNode patch = Json.mapper().createObjectNode();
    patch.set("spec", merged);
    api.merge(thing(name), patch);

    assertThat(live(thing(name)).get("spec")).isEqualTo(expected.setAll(merged));
  }

  @ParameterizedTest
  @ValueSource(ints = {1022, 1023, 1024, 1025, 5000})
  void appliesLongKeys(int length) throws Exception {
    fixture.assumeJsonOfBuiltInKinds();
    String key = "k".repeat(length);

    api.apply(thing("text"), read(manifest("text", "{\"%s\": \"v\"}".formatted(key))), true);

    assertThat(live(thing("text")).path("spec").path(key).textValue()).isEqualTo("v");
  }

  @Test
  void appliesKeysThatYamlReadsDifferently() throws Exception {
    fixture.assumeJsonOfBuiltInKinds();
    String spec =
        """
        {"<<": "merge", "=": "value", "": "empty", "y": "yes", "1e3": "1000", "null": "~", "? a": "b", "- a": "*b"}\
        """;

    api.apply(thing("text"), read(manifest("text", spec)), true);

    assertThat(live(thing("text")).get("spec")).isEqualTo(Json.mapper().readTree(spec));
  }
}

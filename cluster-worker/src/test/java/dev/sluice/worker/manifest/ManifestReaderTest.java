package dev.sluice.worker.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {

  @Test
  void readsDocumentsAndSkipsEmptyOnes() throws Exception {
    String text =
        """
        # only a comment
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: a, namespace: x}
        ---
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: b}
        """;

    List<Manifest> manifests = ManifestReader.read(text, "app.yaml");

    assertThat(manifests)
        .extracting(Manifest::ref)
        .containsExactly(
            new ObjectRef("v1", "ConfigMap", "x", "a"),
            new ObjectRef("apps/v1", "Deployment", "", "b"));
    assertThat(manifests.getLast().source()).isEqualTo("app.yaml, document 3 (line 8)");
  }

  @Test
  void aTextOfCommentsHasNoObjects() throws Exception {
    assertThat(ManifestReader.read("# nothing\n---\n", "empty.yaml")).isEmpty();
    assertThat(ManifestReader.read("", "empty.yaml")).isEmpty();
  }

  @Test
  void takesListsApart() throws Exception {
    String text =
        """
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
        - apiVersion: v1
          kind: SecretList
          items:
          - metadata: {name: b}
        """;

    assertThat(ManifestReader.read(text, "list.yaml"))
        .extracting(Manifest::ref)
        .containsExactly(
            new ObjectRef("v1", "ConfigMap", "", "a"), new ObjectRef("v1", "Secret", "", "b"));
  }

  @Test
  void readsJsonWithTabsAndWithoutSeparators() throws Exception {
    String object =
        """
        {
        \t"apiVersion": "v1",
        \t"kind": "ConfigMap",
        \t"metadata": {"name": "%s"}}
        """;

    assertThat(ManifestReader.read(object.formatted("a") + object.formatted("b"), "x.json"))
        .extracting(manifest -> manifest.ref().name())
        .containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "yes, true",
        "on, true",
        "y, true",
        "No, false",
        "off, false",
        "~, null",
        "012, 10",
        "0o17, 15",
        "08, 8",
        "0x1f, 31",
        "1_000, 1000",
        "+7, 7",
        "1e3, 1000",
        "1.0, 1",
        "1.50, 1.5",
        ".5, 0.5",
        "18446744073709551615, 18446744073709551615",
        "22:30, \"22:30\"",
        "2001-01-01, \"2001-01-01\"",
        "1.2.3, \"1.2.3\"",
        "0755x, \"0755x\"",
        "\"on\", \"on\"",
        "'012', \"012\"",
        "!!str yes, \"yes\"",
        "!!int '7', 7",
        "-, \"-\""
      })
  void readsScalarsAsKubectlDoes(String yaml, String json) throws Exception {
    String text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nv: %s\n";

    Manifest manifest =
        ManifestReader.read(text.formatted(yaml.equals("-") ? "'-'" : yaml), "x").getFirst();

    assertThat(Json.mapper().writeValueAsString(manifest.content().get("v"))).isEqualTo(json);
  }

  @Test
  void mergesAnchors() throws Exception {
    String text =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: a}
        base: &base {a: '1', b: '2'}
        data:
          <<: *base
          b: '3'
        """;

    assertThat(ManifestReader.read(text, "x").getFirst().content().get("data"))
        .isEqualTo(Json.mapper().readTree("{\"b\":\"3\",\"a\":\"1\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kind: ConfigMap\nmetadata: {name: a}",
        "apiVersion: v1\nmetadata: {name: a}",
        "apiVersion: v1\nkind: ConfigMap",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 12}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ../../secrets/a}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ..}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b/c}",
        "apiVersion: v1/../x\nkind: ConfigMap\nmetadata: {name: a}",
        "apiVersion: v1\nkind: Config/Map\nmetadata: {name: a}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: [name]",
        "- a\n- b",
        "just text",
      })
  void refusesWhatIsNoObject(String text) {
    Failure failure = refused(text);

    assertThat(failure.code()).isEqualTo(RenderFailure.INVALID_MANIFEST);
    assertThat(failure.stage()).isEqualTo(Failure.Stage.RENDER);
    assertThat(failure.message()).startsWith("bad.yaml, document 1 (line ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 1\na: 2",
        "y: 1\nyes: 2",
        "a: [1",
        "a: b: c",
        "a: .inf",
        "a: *nowhere",
        "a: &a [*a]",
        "? [a]\n: b",
        "a: !!python/object:os.system x",
        "<<: 3",
        "{\"a\": 1, \"a\": 2}",
        "a: \u0000",
      })
  void refusesWhatIsNotReadable(String text) {
    Failure failure = refused("# the first line\n" + text);

    assertThat(failure.code()).isEqualTo(RenderFailure.UNREADABLE);
    assertThat(failure.message()).startsWith("bad.yaml");
  }

  @Test
  void saysTheLineAndNeverTheContent() {
    Failure failure = refused("password: hunter2\nother: {hunter2: [hunter2\n");

    assertThat(failure.message()).startsWith("bad.yaml, line 3,").doesNotContain("hunter2");
    assertThat(
            new Manifest(
                    new ObjectRef("v1", "Secret", "", "a"),
                    Json.mapper().createObjectNode().put("p", "hunter2"),
                    "x")
                .toString())
        .doesNotContain("hunter2");
  }

  @Test
  void refusesDepth() {
    assertThat(refused("a: " + "[".repeat(100_000)).code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(refused("{\"a\":".repeat(100_000)).code()).isEqualTo(SourceFailure.TOO_LARGE);
  }

  @Test
  void refusesTooManyDocuments() {
    String document = "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n";
    String json = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}\n";
    String list = "{apiVersion: v1, kind: List, items: [%s]}";
    String item = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}},";

    assertThat(refused(document.repeat(100_000)).code())
        .isEqualTo(RenderFailure.TOO_MANY_DOCUMENTS);
    assertThat(refused("---\n".repeat(100_000)).code()).isEqualTo(RenderFailure.TOO_MANY_DOCUMENTS);
    assertThat(refused(json.repeat(100_000)).code()).isEqualTo(RenderFailure.TOO_MANY_DOCUMENTS);
    assertThat(refused(list.formatted(item.repeat(10_001))).code())
        .isEqualTo(RenderFailure.TOO_MANY_DOCUMENTS);
  }

  private static Failure refused(String text) {
    ManifestException refusal =
        catchThrowableOfType(ManifestException.class, () -> ManifestReader.read(text, "bad.yaml"));
    assertThat(refusal).as("refused").isNotNull();
    return refusal.failure();
  }
}

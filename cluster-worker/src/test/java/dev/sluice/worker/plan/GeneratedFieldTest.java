package dev.sluice.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.manifest.Manifest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fields that differ between two renderings. */
class GeneratedFieldTest {

  @Test
  void findsValuesElementsAndKeysThatDiffer() throws Exception {
    assertThat(
            between(
                """
                {"data": {"same": "a", "password": "b", "key-1": "c"},
                 "list": [{"name": "x", "value": 1}, {"name": "y", "value": 2}],
                 "resized": [1]}
                """,
                """
                {"data": {"same": "a", "password": "B", "key-2": "c"},
                 "list": [{"name": "x", "value": 1}, {"name": "y", "value": 3}],
                 "resized": [1, 2]}
                """))
        .containsExactly(
            "ConfigMap n/a data.key-1",
            "ConfigMap n/a data.password",
            "ConfigMap n/a list.1.value",
            "ConfigMap n/a resized");
  }

  @Test
  void anObjectThatIsNotInBothHasAGeneratedName() throws Exception {
    assertThat(GeneratedField.between(List.of(manifest("a", "{}")), List.of(manifest("b", "{}"))))
        .extracting(GeneratedField::toString)
        .containsExactly("the name of ConfigMap n/a");
  }

  @Test
  void onlyAKeyOfAnnotationsIsAnAnnotation() {
    assertThat(field("metadata", "annotations", "checksum").isAnnotation()).isTrue();
    assertThat(field("spec", "template", "metadata", "annotations", "a").isAnnotation()).isTrue();
    assertThat(field("data", "annotations").isAnnotation()).isFalse();
    assertThat(field("spec", "annotations", "a").isAnnotation()).isFalse();
    assertThat(field("metadata", "annotations").isAnnotation()).isFalse();
    assertThat(field("data", "password").isAnnotation()).isFalse();
    assertThat(field().isAnnotation()).isFalse();
  }

  private static List<String> between(String first, String second) throws Exception {
    return GeneratedField.between(List.of(manifest("a", first)), List.of(manifest("a", second)))
        .stream()
        .map(GeneratedField::toString)
        .toList();
  }

  private static GeneratedField field(String... path) {
    return new GeneratedField(new ObjectRef("v1", "ConfigMap", "n", "a"), List.of(path));
  }

  private static Manifest manifest(String name, String content) throws Exception {
    return new Manifest(
        new ObjectRef("v1", "ConfigMap", "n", name),
        (ObjectNode) Json.mapper().readTree(content),
        "test");
  }
}

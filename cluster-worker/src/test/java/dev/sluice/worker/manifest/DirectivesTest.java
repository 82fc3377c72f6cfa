package dev.sluice.worker.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.DocumentedDirectives;
import dev.sluice.worker.DocumentedDirectives.Row;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading of the annotations that docs/directives.md lists. */
final class DirectivesTest {

  static List<Row> rows() {
    return DocumentedDirectives.rows();
  }

  @Test
  void theTableHasAllInstructionsThatAreRead() {
    assertThat(rows().stream().filter(row -> !row.isWithoutEffect()).map(Row::toString))
        .containsExactlyInAnyOrderElementsOf(Directives.words());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aRowHasAnEffectUnlessTheTableSaysOtherwise(Row row) {
    ObjectNode object = object(Map.of(row.annotation(), row.value()));

    assertThat(Directives.of(object).effects().isEmpty()).isEqualTo(row.isWithoutEffect());
    assertThat(Directives.withoutEffect(object).isEmpty()).isEqualTo(!row.isWithoutEffect());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void neitherCaseNorSpacesMatter(Row row) {
    String spelled = " " + row.value().toUpperCase(Locale.ROOT) + " ";

    assertThat(Directives.of(object(Map.of(row.annotation(), spelled))))
        .isEqualTo(Directives.of(object(Map.of(row.annotation(), row.value()))));
  }

  @Test
  void namesWhatHasNoEffect() {
    ObjectNode object =
        object(
            Map.of(
                "argocd.argoproj.io/sync-options", "Prune=false, Validate=false",
                "sluice.dev/prun", "disabled",
                "sluice.dev/prune", "false",
                "sluice.dev/wave", "3",
                "sluice.dev/generation", "7",
                "example.org/anything", "is not an instruction"));

    assertThat(Directives.withoutEffect(object))
        .containsExactlyInAnyOrder(
            "argocd.argoproj.io/sync-options: Validate=false",
            "sluice.dev/prun: disabled",
            "sluice.dev/prune: false");
    assertThat(Directives.of(object).keep()).isTrue();
  }

  @Test
  void ofAPurposeOnlySluicesOwnAnnotationCounts() {
    Directives directives =
        Directives.of(
            object(
                Map.of(
                    "argocd.argoproj.io/sync-options",
                    "Prune=false,Replace=true,PrunePropagationPolicy=orphan",
                    "sluice.dev/prune",
                    "confirm",
                    "sluice.dev/replace",
                    "disabled",
                    "sluice.dev/propagation-policy",
                    "background")));

    assertThat(directives.keep()).isFalse();
    assertThat(directives.guarded()).isTrue();
    assertThat(directives.replaces(true)).isFalse();
    assertThat(directives.propagation()).contains(Propagation.BACKGROUND);
  }

  @Test
  void anObjectWithoutAnnotationsHasNone() {
    ObjectNode none = object(Map.of());
    none.withObject("/metadata").putNull("annotations");

    assertThat(Directives.of(none).effects()).isEmpty();
    assertThat(Directives.withoutEffect(none)).isEmpty();
  }

  private static ObjectNode object(Map<String, String> annotations) {
    ObjectNode object = Json.mapper().createObjectNode();
    ObjectNode fields = object.putObject("metadata").putObject("annotations");
    annotations.forEach(fields::put);
    return object;
  }
}

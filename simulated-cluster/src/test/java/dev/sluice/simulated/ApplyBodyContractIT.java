package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON bodies of an apply, which the API server reads as YAML 1.1. */
@Tag("kubernetes")
class ApplyBodyContractIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOT_YAML = "error converting YAML to JSON: ";

  private static ClusterFixture fixture;
  private static String namespace;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    namespace = fixture.namespace();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  /** Applies a ConfigMap; its JSON is sent as it is. */
  private static JsonNode apply(String data) throws Exception {
    String uri =
        "%sapi/v1/namespaces/%s/configmaps/text?fieldManager=test&force=true"
            .formatted(fixture.client().getMasterUrl(), namespace);
    String body =
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"text\"},\"data\":%s}"
            .formatted(data);
    HttpResponse<String> response =
        fixture
            .client()
            .getHttpClient()
            .sendAsync(
                fixture
                    .client()
                    .getHttpClient()
                    .newHttpRequestBuilder()
                    .uri(uri)
                    .method("PATCH", "application/apply-patch+yaml", body)
                    .build(),
                String.class)
            .get(30, TimeUnit.SECONDS);
    return JSON.readTree(response.body());
  }

  private static String value(String text) {
    ObjectNode data = JSON.createObjectNode();
    data.put("v", text);
    return data.toString();
  }

  private static String applied(String data) throws Exception {
    return apply(data).path("data").path("v").textValue();
  }

  private static String refusal(String data) throws Exception {
    JsonNode status = apply(data);
    assertThat(status.path("code").asInt()).as("%s", status).isEqualTo(400);
    return status.path("message").asText();
  }

  @Test
  void nextLineIsReadAsASpace() throws Exception {
    assertThat(applied(value("a\u0085b"))).isEqualTo("a b");
    assertThat(applied(value("a \u0085 b"))).isEqualTo("a b");
    assertThat(applied(value("a\u0085\u0085b"))).isEqualTo("a\nb");
    assertThat(applied(value("\u0085b\u0085"))).isEqualTo(" b ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u2028", "\u2029"})
  void lineSeparatorsLoseTheSpacesAroundThem(String separator) throws Exception {
    assertThat(applied(value("a%sb".formatted(separator)))).isEqualTo("a%sb".formatted(separator));
    assertThat(applied(value("a %s b".formatted(separator))))
        .isEqualTo("a%sb".formatted(separator));
    assertThat(applied(value("a%s\u0085b".formatted(separator))))
        .isEqualTo("a%s\nb".formatted(separator));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u007f", "\u0080", "\u0084", "\u0086", "\u009f", "\ufffe", "\uffff"})
  void unprintableCharactersAreRefused(String character) throws Exception {
    assertThat(refusal(value(character)))
        .endsWith(NOT_YAML + "yaml: control characters are not allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u00a0", "\u200b", "\ufeff", "\ufffd", "\ue000", "\ud83d\ude00", "\udbff\udfff"})
  void otherCharactersAreReadAsTheyAre(String character) throws Exception {
    assertThat(applied(value("a %s b".formatted(character))))
        .isEqualTo("a %s b".formatted(character));
    assertThat(applied(value(character))).isEqualTo(character);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 8, 9, 10, 13, 31, 0x7f, 0x80, 0x85, 0x9f, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff
      })
  void escapesOfOneUnitAreRead(int character) throws Exception {
    assertThat(applied("{\"v\":\"a \\u%04x b\"}".formatted(character)))
        .isEqualTo("a %c b".formatted(character));
  }

  @Test
  void escapedSurrogatesAreRefused() throws Exception {
    assertThat(refusal("{\"v\":\"\\ud83d\\ude00\"}"))
        .endsWith(NOT_YAML + "yaml: found invalid Unicode character escape code");
    assertThat(refusal("{\"v\":\"\\ud83d\"}"))
        .endsWith(NOT_YAML + "yaml: found invalid Unicode character escape code");
  }

  @Test
  void aKeyIsShorterThanAKibibyteUnlessItIsMarkedAsKey() throws Exception {
    String longest = "k".repeat(1022);
    assertThat(apply("{\"%s\":\"x\"}".formatted(longest)).path("message").asText())
        .doesNotContain(NOT_YAML);
    assertThat(refusal("{\"k%s\":\"x\"}".formatted(longest))).contains(NOT_YAML);
    assertThat(apply("{? \"k%s\":\"x\"}".formatted(longest)).path("message").asText())
        .doesNotContain(NOT_YAML);
  }

  @Test
  void aQuotedMergeKeyIsAKey() throws Exception {
    assertThat(apply("{\"<<\":\"x\"}").path("message").asText()).doesNotContain(NOT_YAML);
  }
}

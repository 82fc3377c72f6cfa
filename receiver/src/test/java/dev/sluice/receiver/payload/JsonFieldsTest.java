package dev.sluice.receiver.payload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {

  @Test
  void findsFieldsAtAnyDepth() throws MalformedPayloadException {
    JsonFields fields =
        read("{\"x\":[{\"a\":1}],\"o\":{\"p\":{\"q\":\"deep\"},\"r\":7},\"t\":true,\"n\":null}");

    assertThat(fields.text("o.p.q")).contains("deep");
    assertThat(fields.requiredNumber("o.r")).isEqualTo(7);
    assertThat(fields.bool("t")).contains(true);
    assertThat(fields.text("n")).isEmpty();
  }

  @Test
  void findsFieldsOfTheElementsOfLists() throws MalformedPayloadException {
    JsonFields fields = read("{\"l\":[{\"a\":{\"b\":\"one\"}},{\"a\":null},{}],\"n\":null}");

    List<JsonFields> elements = fields.requiredList("l");

    assertThat(elements).hasSize(3);
    assertThat(elements.get(0).text("a.b")).contains("one");
    assertThat(elements.get(1).text("a.b")).isEmpty();
    assertThat(elements.get(1).isNull("a")).isTrue();
    assertThat(elements.get(2).isNull("a")).isFalse();
    assertThat(read("{\"l\":null}").list("l")).isEmpty();
    assertThatThrownBy(() -> read("{}").requiredList("l")).hasMessage("l is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"l\":\"boom\"}", "{\"l\":{}}", "{\"l\":7}"})
  void refusesAListFieldThatIsNotAList(String document) throws MalformedPayloadException {
    JsonFields fields = read(document);
    assertThatThrownBy(() -> fields.list("l")).hasMessage("l is not a list");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"l\":[7]}", "{\"l\":[null]}", "{\"l\":[{},[]]}"})
  void refusesListsOfOtherThanObjects(String document) {
    assertThatThrownBy(() -> read(document)).hasMessage("l holds something else than objects");
  }

  @Test
  void boundsLists() {
    assertThatThrownBy(() -> read("{\"l\":[{}" + ",{}".repeat(10_000) + "]}"))
        .hasMessage("l holds more than 10000 elements");
  }

  @Test
  void distinguishesCase() throws MalformedPayloadException {
    assertThat(read("{\"N\":\"other\"}").text("n")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "\"text\"",
        "[{}]",
        "{",
        "{\"n\":\"cut",
        "{} {}",
        "{}]",
        "{\"n\":1,\"n\":2}",
        "{\"x\":1,\"x\":2}",
        "{\"o\":{\"x\":1,\"x\":2}}",
        "{\"o\":{\"p\":{}},\"\\u006f\":{}}",
        "{\"l\":[{\"x\":1,\"x\":2}]}",
        "{'n':1}",
        "{\"n\":NaN}",
        "{\"n\":1,}",
        "{/* c */}",
      })
  void refusesAnythingButOneStrictObject(String document) {
    assertThatThrownBy(() -> read(document)).isInstanceOf(MalformedPayloadException.class);
  }

  @Test
  void ignoresDuplicateNamesInUnreadObjects() throws MalformedPayloadException {
    assertThat(read("{\"x\":{\"y\":1,\"y\":2},\"n\":\"z\"}").text("n")).contains("z");
  }

  @Test
  void boundsNames() throws MalformedPayloadException {
    String many =
        IntStream.range(0, 1_000_000)
            .mapToObj("\"%d\":0"::formatted)
            .collect(Collectors.joining(",", "{", "}"));
    assertThatThrownBy(() -> read(many)).hasMessage("an object has more than 10000 members");
    assertThatThrownBy(() -> read("{\"" + "x".repeat(2_000) + "\":0}"))
        .isInstanceOf(MalformedPayloadException.class);
    // fields that are not read are skipped and not stored
    assertThat(read("{\"x\":" + many + ",\"n\":\"z\"}").text("n")).contains("z");
  }

  @Test
  void findsInvalidUtf8Anywhere() throws MalformedPayloadException {
    for (int length = 0; length < 20; length++) {
      String before = "{\"n\":\"" + "a".repeat(length);
      assertThat(read(before + "\u00fc\u20ac\ud83d\ude00\"}").text("n")).isPresent();
      byte[] document = (before + "?\"}").getBytes(UTF_8);
      document[before.length()] = (byte) 0xfc;
      assertThatThrownBy(() -> read(document)).hasMessage("the body is not valid UTF-8");
    }
    byte[] cut = {'{', '}', ' ', ' ', ' ', ' ', ' ', ' ', (byte) 0xc3};
    assertThatThrownBy(() -> read(cut)).hasMessage("the body is not valid UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "\\ud800\\ud800\\udc00"})
  void refusesLoneSurrogates(String escapes) {
    assertThatThrownBy(() -> read("{\"n\":\"" + escapes + "\"}"))
        .hasMessage("n holds a lone surrogate");
  }

  @Test
  void refusesOtherEncodings() {
    assertThatThrownBy(() -> read("{}".getBytes(UTF_16)))
        .isInstanceOf(MalformedPayloadException.class);
    assertThatThrownBy(() -> read("\uFEFF{}".getBytes(UTF_8)))
        .hasMessage("the body begins with a byte order mark");
    assertThatThrownBy(() -> read("{\"x\":\"\u00fc\"}".getBytes(ISO_8859_1)))
        .hasMessage("the body is not valid UTF-8");
    byte[] overlong = {'{', '"', 'x', '"', ':', '"', (byte) 0xc0, (byte) 0xaf, '"', '}'};
    assertThatThrownBy(() -> read(overlong)).hasMessage("the body is not valid UTF-8");
  }

  @Test
  void boundsNestingNumbersAndWantedTexts() {
    assertThatThrownBy(() -> read("{\"x\":" + "[".repeat(100_000)))
        .isInstanceOf(MalformedPayloadException.class);
    assertThatThrownBy(() -> read("{\"x\":" + "1".repeat(200_000) + "}"))
        .isInstanceOf(MalformedPayloadException.class);
    assertThatThrownBy(() -> read("{\"o\":{\"r\":" + "9".repeat(100) + "}}"))
        .isInstanceOf(MalformedPayloadException.class);
    assertThatThrownBy(() -> read("{\"n\":\"" + "x".repeat(100_000) + "\"}"))
        .isInstanceOf(MalformedPayloadException.class);
  }

  @Test
  void ignoresLongTextsThatAreNotRead() throws MalformedPayloadException {
    assertThat(read("{\"x\":\"" + "x".repeat(2_000_000) + "\",\"n\":\"y\"}").text("n"))
        .contains("y");
  }

  @Test
  void quotesNothingOfTheBody() {
    assertThatThrownBy(() -> read("{\"n\": hunter2}"))
        .hasMessageContaining("line 1 column")
        .hasMessageNotContaining("hunter2");
  }

  private static JsonFields read(String document) throws MalformedPayloadException {
    return read(document.getBytes(UTF_8));
  }

  private static JsonFields read(byte[] document) throws MalformedPayloadException {
    return StrictJson.read(document, JsonShape.of("n", "t", "o.p.q", "o.r", "l[].a.b"));
  }
}

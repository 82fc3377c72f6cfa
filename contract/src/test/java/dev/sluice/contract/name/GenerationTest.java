package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import dev.sluice.contract.json.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GenerationTest {

  @Test
  void itsJsonIsANumber() throws JsonProcessingException {
    assertThat(Json.mapper().writeValueAsString(new Generation(3))).isEqualTo("3");
    assertThat(Json.mapper().readValue("3", Generation.class)).isEqualTo(new Generation(3));
    assertThatThrownBy(() -> Json.mapper().readValue("0", Generation.class))
        .isInstanceOf(JsonMappingException.class);
  }

  @Test
  void itIsNewerThanEveryEarlierOneAndThanNone() {
    Generation second = Generation.FIRST.next();

    assertThat(second.isAfter(Generation.FIRST)).isTrue();
    assertThat(Generation.FIRST.isAfter(second)).isFalse();
    assertThat(second.isAfter(second)).isFalse();
    assertThat(Generation.FIRST.isAfter(Optional.empty())).isTrue();
    assertThat(Generation.FIRST.isAfter(Optional.of(second))).isFalse();
    assertThat(second).isGreaterThan(Generation.FIRST);
  }

  @Test
  void zeroStandsForNone() {
    assertThat(Generation.ofNumber(0)).isEmpty();
    assertThat(Generation.numberOf(Optional.empty())).isZero();
    assertThat(Generation.ofNumber(7)).contains(new Generation(7));
    assertThat(Generation.numberOf(Optional.of(new Generation(7)))).isEqualTo(7);
    assertThatThrownBy(() -> Generation.ofNumber(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 42, Generation.MOST})
  void textsOfGenerationsAreParsed(long value) {
    assertThat(Generation.parse(new Generation(value).toString())).contains(new Generation(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "+1",
        "01",
        " 1",
        "1.0",
        "9007199254740993",
        "99999999999999999999"
      })
  void otherTextsAreNone(String text) {
    assertThat(Generation.parse(text)).isEmpty();
  }
}

package dev.sluice.simulated.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldSetTest {
  private static FieldSet set(String fields) {
    return FieldSet.decode(Json.parse(fields));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"f:data\":{\"f:a\":{},\"f:b\":{}}}",
        "{\"f:data\":{\".\":{},\"f:a\":{}}}",
        "{\"f:ports\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},\"f:name\":{}}}}",
        "{\"f:metadata\":{\"f:finalizers\":{\"v:\\\"x/y\\\"\":{}}}}"
      })
  void encodesWhatItDecoded(String fields) {
    assertThat(set(fields)).hasToString(fields);
  }

  @Test
  void distinguishesAFieldFromFieldsBelowIt() {
    FieldSet whole = set("{\"f:data\":{}}");
    FieldSet part = set("{\"f:data\":{\"f:a\":{}}}");

    assertThat(whole.intersection(part).isEmpty()).isTrue();
    assertThat(part.difference(whole)).isEqualTo(part);
    assertThat(part.recursiveDifference(whole).isEmpty()).isTrue();
    assertThat(whole.union(part)).isEqualTo(set("{\"f:data\":{\".\":{},\"f:a\":{}}}"));
  }

  @Test
  void combinesPathByPath() {
    FieldSet one = set("{\"f:data\":{\"f:a\":{},\"f:b\":{}}}");
    FieldSet two = set("{\"f:data\":{\"f:b\":{},\"f:c\":{}}}");

    assertThat(one.union(two)).isEqualTo(set("{\"f:data\":{\"f:a\":{},\"f:b\":{},\"f:c\":{}}}"));
    assertThat(one.intersection(two)).isEqualTo(set("{\"f:data\":{\"f:b\":{}}}"));
    assertThat(one.difference(two)).isEqualTo(set("{\"f:data\":{\"f:a\":{}}}"));
    assertThat(one).isEqualTo(set("{\"f:data\":{\"f:a\":{},\"f:b\":{}}}"));
  }

  @Test
  void formatsPathsLikeConflictMessages() {
    FieldSet set = set("{\"f:c\":{\"k:{\\\"name\\\":\\\"app\\\"}\":{\"f:image\":{}}}}");

    assertThat(set.paths().stream().map(FieldSet::show)).containsExactly(".c[name=\"app\"].image");
  }

  @Test
  void refusesInvalidFormats() {
    assertThatThrownBy(() -> set("{\"data\":{}}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data");
  }
}

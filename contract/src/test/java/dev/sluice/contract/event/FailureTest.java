package dev.sluice.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {

  @Test
  void aMessageUpToTheLimitIsUnchanged() {
    String message = "x".repeat(Failure.MAX_MESSAGE);

    assertThat(failure(message).message()).isEqualTo(message);
  }

  @Test
  void aMessageOfThreeMegabytesKeepsItsBeginningAndItsEnd() {
    Failure failure =
        failure("web.yaml, line 3: spec." + "a".repeat(3_000_000) + ": correct or remove it");

    assertThat(failure.message())
        .startsWith("web.yaml, line 3: spec.aaaa")
        .endsWith("aaaa: correct or remove it")
        .contains(" [... of 3000045 characters ...] ")
        .hasSize(Failure.MAX_MESSAGE);
    assertThat(failure(failure.message())).isEqualTo(failure);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void surrogatePairsAreNotSplit(int before) {
    String message = failure("a".repeat(before) + "\uD83D\uDE00".repeat(5_000)).message();

    assertThat(message.length()).isLessThanOrEqualTo(Failure.MAX_MESSAGE);
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(message)).isTrue();
  }

  @Test
  void aLongMessageOfAnotherVersionIsShortenedWhenItIsRead() throws JsonProcessingException {
    String json =
        "{\"code\":\"Invalid\",\"stage\":\"PLAN\",\"message\":\"%s\"}".formatted("x".repeat(9_000));

    Failure failure = Json.mapper().readValue(json, Failure.class);

    assertThat(failure.message()).hasSize(Failure.MAX_MESSAGE);
  }

  private static Failure failure(String message) {
    return new Failure(RenderFailure.UNKNOWN_FIELD, message, Failure.Stage.PLAN, Optional.empty());
  }
}

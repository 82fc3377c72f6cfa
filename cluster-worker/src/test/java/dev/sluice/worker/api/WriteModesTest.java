package dev.sluice.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WriteModesTest {

  private static final ApiKind GADGET = new ApiKind("example.org/v1", "Gadget");

  private final WriteModes modes = new WriteModes("example.org/v1"::equals);

  @ParameterizedTest
  @CsvSource({
    "APPLY, 415, MERGE_PATCH",
    "APPLY, 405, REPLACE",
    "MERGE_PATCH, 415, REPLACE",
    "MERGE_PATCH, 405, REPLACE"
  })
  void aRefusalLeadsToTheNextMode(WriteMode tried, int code, WriteMode next) throws Exception {
    assertThat(modes.learn(GADGET, tried, refusal(code))).isTrue();
    assertThat(modes.of(GADGET)).isEqualTo(next);
    assertThat(modes.of(new ApiKind("example.org/v1", "Widget"))).isEqualTo(WriteMode.APPLY);
  }

  @ParameterizedTest
  @CsvSource({"APPLY, 422", "APPLY, 404", "APPLY, 0", "REPLACE, 405", "REPLACE, 415"})
  void anotherRefusalIsFinal(WriteMode tried, int code) throws Exception {
    assertThat(modes.learn(GADGET, tried, refusal(code))).isFalse();
    assertThat(modes.of(GADGET)).isEqualTo(WriteMode.APPLY);
  }

  /** A proxy or an admission webhook may answer so about any kind. */
  @Test
  void anAnswerAboutAnotherApiThanAnAggregatedOneTeachesNothing() throws Exception {
    ApiKind deployment = new ApiKind("apps/v1", "Deployment");

    assertThat(modes.learn(deployment, WriteMode.APPLY, refusal(415))).isFalse();
    assertThat(modes.of(deployment)).isEqualTo(WriteMode.APPLY);
  }

  /** Of two first requests at the same time, the second answer tells nothing new. */
  @Test
  void anAnswerToAnEarlierModeChangesNothing() throws Exception {
    assertThat(modes.learn(GADGET, WriteMode.APPLY, refusal(415))).isTrue();
    assertThat(modes.learn(GADGET, WriteMode.APPLY, refusal(415))).isTrue();

    assertThat(modes.of(GADGET)).isEqualTo(WriteMode.MERGE_PATCH);
  }

  @Test
  void aChangeOfTheApiForgetsItsModes() throws Exception {
    modes.learn(GADGET, WriteMode.APPLY, refusal(415));

    modes.forget("other.org/v1");
    assertThat(modes.of(GADGET)).isEqualTo(WriteMode.MERGE_PATCH);
    modes.forget("example.org/v1");
    assertThat(modes.of(GADGET)).isEqualTo(WriteMode.APPLY);
  }

  private static ApiException refusal(int code) {
    return new ApiException(code, "", "refused", "", List.of(), null);
  }
}

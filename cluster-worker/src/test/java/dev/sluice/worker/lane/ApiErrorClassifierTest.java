package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.worker.api.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiErrorClassifierTest {

  private static final ObjectRef CONFIG_MAP = new ObjectRef("v1", "ConfigMap", "ns", "a");

  @ParameterizedTest
  @CsvSource({
    "400, BadRequest, '', '', BadRequest",
    "403, Forbidden, 'exceeded quota: q', '', QuotaExceeded",
    "403, Forbidden, 'no', '', Forbidden",
    "404, NotFound, 'namespaces \"x\" not found', namespaces, MissingNamespace",
    "404, NotFound, 'the server could not find it', '', MissingKind",
    "413, RequestEntityTooLarge, '', '', TooLarge",
    "422, Invalid, '', '', Invalid",
    "500, '', 'failed to create typed patch object: no such field', '', Invalid",
    "500, '', 'etcdserver: request is too large', '', TooLarge",
    "500, '', 'rpc error: trying to send message larger than max (3 vs. 2)', '', TooLarge",
    "501, NotImplemented, '', '', Unsupported"
  })
  void parksWhatTheInputOrTheClustersStateCauses(
      int code, String reason, String message, String kind, FailureCode expected) {
    Outcome outcome = classify(error(code, reason, message, kind, List.of()), CONFIG_MAP);

    assertThat(outcome).isInstanceOf(Outcome.Parked.class);
    assertThat(((Outcome.Parked) outcome).failure().code()).isEqualTo(expected);
  }

  @Test
  void aWriteThatTheOwnProtectionRefusesIsRetried() {
    String message =
        "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'sluice-protection.east' with"
            + " binding 'sluice-protection.east' denied request: the application web owns it";

    assertThat(classify(error(403, "Forbidden", message, "configmaps", List.of()), CONFIG_MAP))
        .isInstanceOfSatisfying(
            Outcome.RetryAfter.class,
            retry -> assertThat(retry.failure().code()).isEqualTo(ApplyFailure.PROTECTED));
    assertThat(
            classify(
                error(403, "Forbidden", message.replace("sluice-", "other-"), "", List.of()),
                CONFIG_MAP))
        .as("another policy")
        .isInstanceOf(Outcome.Parked.class);
  }

  @ParameterizedTest
  @CsvSource({"'', (500)", "' ', (500)", "InternalError, (500 InternalError)"})
  void aStatusWithoutAReasonIsNamedByItsCode(String reason, String expected) {
    Outcome outcome = classify(error(500, reason, "no", "", List.of()), CONFIG_MAP);

    assertThat(((Outcome.RetryAfter) outcome).failure().message())
        .isEqualTo("ConfigMap ns/a: the API server refused it %s: no".formatted(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "field is immutable",
        "updates to statefulset spec for fields other than 'replicas' are forbidden",
        "may not change once set"
      })
  void namesAChangedFieldThatCannotBeChanged(String message) {
    Outcome outcome =
        classify(
            error(422, "Invalid", "no", "", List.of(new ApiException.Cause("", "spec", message))),
            CONFIG_MAP);

    assertThat(((Outcome.Parked) outcome).failure().code()).isEqualTo(ApplyFailure.IMMUTABLE_FIELD);
  }

  @ParameterizedTest
  @CsvSource({
    "413, Request entity too large: limit is 3145728",
    "500, etcdserver: request is too large",
  })
  void anObjectThatIsTooLargeWaitsForNewInputOnly(int code, String message) {
    assertThat(classify(error(code, "", message, "", List.of()), CONFIG_MAP))
        .isInstanceOfSatisfying(
            Outcome.Parked.class,
            parked -> assertThat(parked.wake()).isEqualTo(new Wake.NewInput()));
  }

  @ParameterizedTest
  @CsvSource({"408", "429", "500", "503", "504", "401"})
  void retriesTransientFailures(int code) {
    assertThat(classify(error(code, "", "", "", List.of()), CONFIG_MAP))
        .isInstanceOf(Outcome.RetryAfter.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "failed calling webhook \"a.example.org\": connection refused",
        "conversion webhook for example.org/v1, Kind=A failed: connection refused"
      })
  void namesAWebhookThatDoesNotAnswer(String message) {
    ApiException error = error(500, "InternalError", "corrupt object: " + message, "", List.of());

    assertThat(((Outcome.RetryAfter) classify(error, CONFIG_MAP)).failure())
        .satisfies(
            failure -> assertThat(failure.code()).isEqualTo(ApplyFailure.WEBHOOK_UNAVAILABLE))
        .satisfies(
            failure -> assertThat(failure.message()).endsWith("(500 InternalError): " + message));
  }

  @Test
  void saysThatTheApiDidNotAnswer() {
    Outcome outcome =
        classify(ApiException.unreachable("x", new IOException("refused")), CONFIG_MAP);

    assertThat(((Outcome.RetryAfter) outcome).failure().code()).isEqualTo(ApplyFailure.UNREACHABLE);
  }

  @Test
  void passesOnTheServersRetryAfter() {
    ApiException error =
        new ApiException(429, "TooManyRequests", "", "", List.of(), Duration.ofSeconds(7));

    assertThat(((Outcome.RetryAfter) classify(error, CONFIG_MAP)).asked())
        .contains(Duration.ofSeconds(7));
  }

  @Test
  void distinguishesFieldConflictsFromVersionConflicts() {
    ApiException fields =
        error(
            409,
            "Conflict",
            "conflict with \"kubectl\"",
            "",
            List.of(new ApiException.Cause("FieldManagerConflict", ".data.a", "conflict")));

    assertThat(classify(fields, CONFIG_MAP)).isInstanceOf(Outcome.Parked.class);
    assertThat(classify(error(409, "Conflict", "modified", "", List.of()), CONFIG_MAP))
        .isInstanceOf(Outcome.RetryAfter.class);
  }

  @Test
  void doesNotRepeatTheServersMessageAboutASecret() {
    ObjectRef secret = new ObjectRef("v1", "Secret", "ns", "s");
    ApiException error =
        error(
            422,
            "Invalid",
            "Secret \"s\" is invalid: data[x]: Invalid value: \"hunter2\"",
            "",
            List.of(
                new ApiException.Cause(
                    "FieldValueInvalid", "data[x]", "Invalid value: \"hunter2\"")));

    Outcome.Parked outcome = (Outcome.Parked) classify(error, secret);

    assertThat(outcome.failure().message())
        .contains("Secret ns/s", "422", "data[x]")
        .doesNotContain("hunter2");
  }

  @Test
  void namesTheUserAndThePermissionThatIsMissingForASecret() {
    String missing =
        "User \"system:serviceaccount:ns:deployer\" cannot patch resource \"secrets\" in API group"
            + " \"\" in the namespace \"ns\"";
    ApiException error =
        error(
            403,
            "Forbidden",
            "secrets \"s\" is forbidden: " + missing + ": hunter2",
            "",
            List.of());

    Outcome.Parked outcome =
        (Outcome.Parked) classify(error, new ObjectRef("v1", "Secret", "ns", "s"));

    assertThat(outcome.failure().message()).endsWith(": " + missing).doesNotContain("hunter2");
  }

  private static Outcome classify(ApiException error, ObjectRef object) {
    return ApiErrorClassifier.classify(error, Failure.Stage.APPLY, Optional.of(object));
  }

  private static ApiException error(
      int code, String reason, String message, String kind, List<ApiException.Cause> causes) {
    return new ApiException(code, reason, message, kind, causes, null);
  }
}

package dev.sluice.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.platform.process.SupervisedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a call to the Kubernetes API failed: an error Status, or no answer.
 *
 * <p>The message is the server's own and may echo values of the object that was sent, so only the
 * classifier reads it.
 */
public final class ApiException extends RuntimeException implements SupervisedLoop.OutsideCause {

  private static final long serialVersionUID = 1L;

  /** The reason of a call to an aggregated API whose server does not answer. */
  private static final String GROUP_UNAVAILABLE = "APIGroupUnavailable";

  /** The code for a call without an answer. */
  public static final int NO_ANSWER = 0;

  private final int code;
  private final String reason;
  private final String detailsKind;
  private final transient List<Cause> causes;
  private final @Nullable Duration retryAfter;

  /** The server's error about one field. */
  public record Cause(String reason, String field, String message) {}

  public ApiException(
      int code,
      String reason,
      String message,
      String detailsKind,
      List<Cause> causes,
      @Nullable Duration retryAfter) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.detailsKind = detailsKind;
    this.causes = List.copyOf(causes);
    this.retryAfter = retryAfter;
  }

  private ApiException(String message, Throwable cause) {
    super(message, cause);
    this.code = NO_ANSWER;
    this.reason = "Unreachable";
    this.detailsKind = "";
    this.causes = List.of();
    this.retryAfter = null;
  }

  /**
   * Returns the error that a Status describes.
   *
   * @param code the HTTP status
   * @param status the Status; anything else if the answer has none
   * @param otherwise the message if there is no Status
   * @param retryAfter the header that names the seconds to wait
   */
  static ApiException of(int code, JsonNode status, String otherwise, @Nullable String retryAfter) {
    List<Cause> causes = new ArrayList<>();
    for (JsonNode cause : status.path("details").path("causes")) {
      causes.add(
          new Cause(
              cause.path("reason").asText(""),
              cause.path("field").asText(""),
              cause.path("message").asText("")));
    }
    return new ApiException(
        code,
        status.path("reason").asText(""),
        status.path("message").asText(otherwise),
        status.path("details").path("kind").asText(""),
        causes,
        delay(retryAfter, status));
  }

  private static @Nullable Duration delay(@Nullable String header, JsonNode status) {
    Optional<Duration> named = seconds(header);
    if (named.isPresent()) {
      return named.get();
    }
    JsonNode seconds = status.path("details").path("retryAfterSeconds");
    return seconds.isInt() && seconds.asInt() > 0 ? Duration.ofSeconds(seconds.asInt()) : null;
  }

  /** Returns the time of a {@code Retry-After} header in seconds; empty if it names none. */
  static Optional<Duration> seconds(@Nullable String header) {
    return header != null && header.matches("\\d{1,6}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(header)))
        : Optional.empty();
  }

  public static ApiException unreachable(String message, Throwable cause) {
    return new ApiException(message, cause);
  }

  /**
   * Returns the failure of the server of an aggregated API.
   *
   * @param apiVersion the API's group and version
   */
  static ApiException groupUnavailable(String apiVersion, ApiException cause) {
    int slash = apiVersion.indexOf('/');
    ApiException failure =
        new ApiException(
            cause.code() == NO_ANSWER ? 503 : cause.code(),
            GROUP_UNAVAILABLE,
            "the server of the API %s does not answer; the status of the APIService %s.%s has the reason"
                .formatted(
                    apiVersion, apiVersion.substring(slash + 1), apiVersion.substring(0, slash)),
            "",
            List.of(),
            cause.retryAfter);
    failure.initCause(cause);
    return failure;
  }

  /** Returns the failure of a call whose account the worker may not impersonate. */
  static ApiException notImpersonated(ServiceAccountName account, ApiException cause) {
    ApiException failure =
        new ApiException(
            cause.code(),
            cause.reason(),
            "%s (the worker may not impersonate the service account %s)"
                .formatted(cause.getMessage(), account),
            cause.detailsKind(),
            cause.causes(),
            null);
    failure.initCause(cause);
    return failure;
  }

  /** Returns the HTTP status; {@link #NO_ANSWER} if the server did not answer. */
  public int code() {
    return code;
  }

  /** Returns the Status' reason, such as {@code Invalid}; empty if it has none. */
  public String reason() {
    return reason;
  }

  @Override
  public String described() {
    return code == NO_ANSWER
        ? "the Kubernetes API does not answer: " + getMessage()
        : "the Kubernetes API answers " + status();
  }

  /** Returns the HTTP status with the reason, if there is one: {@code 422 Invalid}. */
  public String status() {
    return reason.isBlank() ? Integer.toString(code) : code + " " + reason;
  }

  /** Returns whether the namespace of the object does not exist. */
  public boolean isNamespaceMissing() {
    return isNotFound() && detailsKind().equals("namespaces");
  }

  /**
   * Returns the resource that the Status is about, such as {@code namespaces}; empty if it names
   * none.
   */
  public String detailsKind() {
    return detailsKind;
  }

  public List<Cause> causes() {
    return causes;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  public boolean hasCause(String causeReason) {
    return causes.stream().anyMatch(cause -> cause.reason().equals(causeReason));
  }

  /** Returns whether a precondition failed, because someone else wrote in between. */
  public boolean isPreconditionFailed() {
    return code == 409 && !hasCause("FieldManagerConflict");
  }

  /** Returns whether the server of an aggregated API does not answer. */
  public boolean isGroupUnavailable() {
    return reason.equals(GROUP_UNAVAILABLE);
  }

  public boolean isNotFound() {
    return code == 404;
  }
}

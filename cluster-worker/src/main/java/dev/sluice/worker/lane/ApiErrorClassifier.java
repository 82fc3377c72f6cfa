package dev.sluice.worker.lane;

import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.protect.ProtectionPolicy;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Classifies errors of the Kubernetes API by their outcome; the only place that does.
 *
 * <p>Errors about a Secret may quote its content (CVE-2025-23216), so only their status, reason and
 * field names are passed on.
 */
public final class ApiErrorClassifier {

  /** Message of the 500 with which server-side apply rejects a field that is not in the schema. */
  private static final String NOT_IN_SCHEMA = "failed to create typed patch object";

  /**
   * Messages of the 500 with which the API server rejects objects that etcd cannot store: over 1.5
   * MiB, or 2 MiB per message.
   */
  private static final List<String> TOO_LARGE_FOR_ETCD =
      List.of("etcdserver: request is too large", "trying to send message larger than max");

  /**
   * The part of the message of the 500 with which the API server says that a webhook does not
   * answer. Reads of stored objects have the latter after the words "corrupt object".
   */
  private static final Pattern WITHOUT_ANSWER =
      Pattern.compile("(failed calling webhook|conversion webhook for) .*", Pattern.DOTALL);

  /** Parts of the messages about a changed field that cannot be changed. */
  private static final List<String> IMMUTABLE =
      List.of(
          "immutable",
          "updates to statefulset spec for fields other than",
          "updates to parameters are forbidden", // of a StorageClass
          "may not change fields other than", // of a Pod
          "may not change once set",
          "cannot change roleRef");

  /** The part of a message of the authorizer that names the user and the permission. */
  private static final Pattern MISSING_PERMISSION =
      Pattern.compile(
          "User \"[^\"]*\" cannot [\\w:-]+ resource \"[^\"]*\" in API group \"[^\"]*\""
              + "( in the namespace \"[^\"]*\"| at the cluster scope)?"
              + "( \\(the worker may not impersonate the service account [^)]*\\))?");

  /** The part of a message with which a policy that Sluice has installed refuses a write. */
  private static final String BY_PROTECTION =
      "%s '%s".formatted(ProtectionPolicy.KIND, ProtectionPolicy.PREFIX);

  private static final int MAX_MESSAGE = 1000;

  /** The server may accept it once a schema, an admission policy or the live object has changed. */
  private static final Wake OBJECT_CHANGE =
      new Wake.ClusterChange("a new generation, or a change of the cluster");

  private ApiErrorClassifier() {}

  /**
   * Returns the outcome of a failed call.
   *
   * @param object that the call was about; empty for the ledger and the like
   */
  public static Outcome classify(
      ApiException error, Failure.Stage stage, Optional<ObjectRef> object) {
    if (error.code() == 500 && String.valueOf(error.getMessage()).contains(NOT_IN_SCHEMA)) {
      return park(error, ApplyFailure.INVALID, stage, object, new Wake.NewKinds());
    }
    if (error.code() == 500
        && TOO_LARGE_FOR_ETCD.stream().anyMatch(String.valueOf(error.getMessage())::contains)) {
      return park(error, SourceFailure.TOO_LARGE, stage, object, new Wake.NewInput());
    }
    if (error.isGroupUnavailable()) {
      return retry(error, ApplyFailure.API_GROUP_UNAVAILABLE, stage, object);
    }
    if (unavailableWebhook(error).isPresent()) {
      return retry(error, ApplyFailure.WEBHOOK_UNAVAILABLE, stage, object);
    }
    return switch (error.code()) {
      case ApiException.NO_ANSWER -> retry(error, ApplyFailure.UNREACHABLE, stage, object);
      case 400 -> park(error, ApplyFailure.BAD_REQUEST, stage, object, OBJECT_CHANGE);
      case 401 -> retry(error, ApplyFailure.UNAUTHORIZED, stage, object);
      case 403 -> forbidden(error, stage, object);
      case 404 -> notFound(error, stage, object);
      case 409 -> conflict(error, stage, object);
      case 405, 406, 415, 501 ->
          park(error, SourceFailure.UNSUPPORTED, stage, object, OBJECT_CHANGE);
      case 413 -> park(error, SourceFailure.TOO_LARGE, stage, object, new Wake.NewInput());
      case 422 -> park(error, invalid(error), stage, object, OBJECT_CHANGE);
      default ->
          error.code() == 408 || error.code() == 429 || error.code() >= 500
              ? retry(error, FailureCode.ofStatus(error.code()), stage, object)
              : park(error, FailureCode.ofStatus(error.code()), stage, object, OBJECT_CHANGE);
    };
  }

  private static Outcome forbidden(
      ApiException error, Failure.Stage stage, Optional<ObjectRef> object) {
    String message = String.valueOf(error.getMessage());
    if (error.hasCause("NamespaceTerminating")) {
      return retry(error, ApplyFailure.NAMESPACE_TERMINATING, stage, object);
    }
    if (message.contains(BY_PROTECTION)) {
      // the API server has not yet seen that the parameters name this writer
      return retry(error, ApplyFailure.PROTECTED, stage, object);
    }
    if (message.contains("exceeded quota")) {
      return park(
          error,
          ApplyFailure.QUOTA_EXCEEDED,
          stage,
          object,
          new Wake.ClusterChange("room in the quota"));
    }
    return park(
        error,
        ApplyFailure.FORBIDDEN,
        stage,
        object,
        new Wake.ClusterChange("a change of the worker's permissions"));
  }

  private static Outcome notFound(
      ApiException error, Failure.Stage stage, Optional<ObjectRef> object) {
    return error.isNamespaceMissing()
        ? park(
            error,
            ApplyFailure.MISSING_NAMESPACE,
            stage,
            object,
            new Wake.ClusterChange("the creation of the namespace"))
        : park(
            error,
            ApplyFailure.MISSING_KIND,
            stage,
            object,
            new Wake.ClusterChange("the kind's CustomResourceDefinition"));
  }

  private static Outcome conflict(
      ApiException error, Failure.Stage stage, Optional<ObjectRef> object) {
    return error.isPreconditionFailed()
        ? retry(error, ApplyFailure.CONFLICT, stage, object)
        : park(
            error,
            ApplyFailure.FIELD_CONFLICT,
            stage,
            object,
            new Wake.ClusterChange("a release of the field by its manager"));
  }

  private static FailureCode invalid(ApiException error) {
    boolean immutable =
        error.causes().stream()
            .anyMatch(cause -> IMMUTABLE.stream().anyMatch(cause.message()::contains));
    return immutable ? ApplyFailure.IMMUTABLE_FIELD : ApplyFailure.INVALID;
  }

  private static Outcome retry(
      ApiException error, FailureCode code, Failure.Stage stage, Optional<ObjectRef> object) {
    return new Outcome.RetryAfter(
        new Failure(code, message(error, object), stage, object), error.retryAfter());
  }

  private static Outcome park(
      ApiException error,
      FailureCode code,
      Failure.Stage stage,
      Optional<ObjectRef> object,
      Wake wake) {
    return new Outcome.Parked(new Failure(code, message(error, object), stage, object), wake);
  }

  private static Optional<String> unavailableWebhook(ApiException error) {
    Matcher named = WITHOUT_ANSWER.matcher(String.valueOf(error.getMessage()));
    return error.code() == 500 && named.find() ? Optional.of(named.group()) : Optional.empty();
  }

  private static String message(ApiException error, Optional<ObjectRef> object) {
    String where = object.map(ref -> ref + ": ").orElse("");
    if (error.isGroupUnavailable()) {
      return where + error.getMessage();
    }
    String status =
        error.code() == ApiException.NO_ANSWER
            ? "the API server did not answer"
            : "the API server refused it (%s)".formatted(error.status());
    boolean mayEcho = object.isPresent() && object.get().kind().equals("Secret");
    String what =
        mayEcho
            ? withoutContent(error)
            : unavailableWebhook(error).orElse(String.valueOf(error.getMessage()));
    String message = where + status + (what.isBlank() ? "" : ": " + what);
    return Excerpt.of(message, MAX_MESSAGE);
  }

  /** Returns what a message about a Secret says that cannot be the Secret's content. */
  private static String withoutContent(ApiException error) {
    Matcher missing = MISSING_PERMISSION.matcher(String.valueOf(error.getMessage()));
    if (error.code() == 403 && missing.find()) {
      return missing.group();
    }
    return error.causes().stream()
        .map(cause -> cause.reason() + " at " + cause.field())
        .collect(Collectors.joining(", "));
  }
}

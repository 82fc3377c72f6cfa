package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.admission.Problems.Cause;
import dev.sluice.simulated.resource.ResourceType;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for a request that is answered with a {@code Status} other than success, in the API
 * server's words.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String reason;
  private final transient @Nullable ObjectNode details;

  private ApiException(int code, String reason, String message, @Nullable ObjectNode details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** Returns a status with only a code, a reason and a message. */
  public static ApiException of(int code, String reason, String message) {
    return new ApiException(code, reason, message, null);
  }

  static ApiException notImplemented(String what) {
    return of(501, "NotImplemented", "the simulated cluster does not support " + what);
  }

  static ApiException badRequest(String message) {
    return of(400, "BadRequest", message);
  }

  /** Returns a status about the request itself, with empty details. */
  static ApiException general(int code, String reason, String message) {
    return new ApiException(code, reason, message, JsonNodeFactory.instance.objectNode());
  }

  static ApiException unknownPath() {
    return general(404, "NotFound", "the server could not find the requested resource");
  }

  /** Returns the refusal of the options of a write, such as {@code PatchOptions}. */
  static ApiException invalidOptions(String options, Cause cause) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.put("group", "meta.k8s.io").put("kind", options);
    details.set("causes", encode(List.of(cause)));
    return new ApiException(
        422,
        "Invalid",
        options + ".meta.k8s.io \"\" is invalid: " + cause.field() + ": " + cause.message(),
        details);
  }

  static ApiException methodNotAllowed() {
    return general(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  }

  static ApiException notFound(String groupResource, String name) {
    return about(404, "NotFound", groupResource, name, "not found", " ");
  }

  static ApiException alreadyExists(ResourceType type, String name) {
    return about(409, "AlreadyExists", type.groupResource(), name, "already exists", " ");
  }

  static ApiException conflict(ResourceType type, String name, String why) {
    return conflict(type.groupResource(), name, why);
  }

  static ApiException conflict(String groupResource, String name, String why) {
    ApiException about = about(409, "Conflict", groupResource, name, why, ": ");
    return new ApiException(
        409, "Conflict", "Operation cannot be fulfilled on " + about.getMessage(), about.details);
  }

  static ApiException forbidden(ResourceType type, String name, String why, List<Cause> causes) {
    ApiException about =
        about(403, "Forbidden", type.groupResource(), name, why, " is forbidden: ");
    ObjectNode details = Objects.requireNonNull(about.details);
    details.set("causes", encode(causes));
    return about;
  }

  static ApiException expired(String message) {
    return of(410, "Expired", message);
  }

  /** Returns the refusal of an apply that would change fields of other managers. */
  static ApiException applyConflict(String message, List<Cause> causes) {
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.set("causes", encode(causes));
    return new ApiException(409, "Conflict", message, details);
  }

  /** Returns the refusal of an invalid object. */
  static ApiException invalid(ResourceType type, String name, List<Cause> causes) {
    List<String> texts = causes.stream().map(c -> c.field() + ": " + c.message()).toList();
    String text =
        texts.size() == 1
            ? texts.getFirst()
            : texts.stream().collect(Collectors.joining(", ", "[", "]"));
    String group = type.isAlias() ? "" : type.group();
    String kind = type.kind() + (group.isEmpty() ? "" : "." + group);
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.put("name", name);
    if (!group.isEmpty()) {
      details.put("group", group);
    }
    details.put("kind", type.kind());
    details.set("causes", encode(causes));
    return new ApiException(
        422, "Invalid", kind + " \"" + name + "\" is invalid: " + text, details);
  }

  private static ArrayNode encode(List<Cause> causes) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    causes.forEach(
        cause ->
            list.addObject()
                .put("reason", cause.reason())
                .put("message", cause.message())
                .put("field", cause.field()));
    return list;
  }

  private static ApiException about(
      int code, String reason, String groupResource, String name, String what, String joint) {
    int dot = groupResource.indexOf('.');
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    details.put("name", name);
    if (dot > 0) {
      details.put("group", groupResource.substring(dot + 1));
    }
    details.put("kind", dot > 0 ? groupResource.substring(0, dot) : groupResource);
    return new ApiException(
        code, reason, groupResource + " \"" + name + "\"" + joint + what, details);
  }

  public int code() {
    return code;
  }

  /** Returns the {@code Status} object that answers the request. */
  public ObjectNode status() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    status.put("status", "Failure").put("message", getMessage());
    if (!reason.isEmpty()) {
      status.put("reason", reason);
    }
    if (details != null) {
      status.set("details", details);
    }
    return status.put("code", code);
  }
}

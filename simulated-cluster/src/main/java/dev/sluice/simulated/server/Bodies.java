package dev.sluice.simulated.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.schema.Decoding;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reader of request bodies. */
final class Bodies {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final ObjectMapper YAML = YAMLMapper.builder().build();

  /** An escape of half a character, which JSON has and YAML has not. */
  private static final Pattern SURROGATE_ESCAPE =
      Pattern.compile("(?<!\\\\)(\\\\\\\\)*+\\\\u[dD][89a-fA-F]");

  private Bodies() {}

  static JsonNode json(String body) {
    return read(JSON, body);
  }

  /** Reads JSON or YAML, according to the content type. */
  static JsonNode any(ApiRequest request) {
    String type = mediaType(request.call().contentType());
    return switch (type) {
      case "", "application/json" -> json(request.call().body());
      case "application/yaml", "application/apply-patch+yaml" -> yaml(request.call().body());
      default -> throw unsupported(type);
    };
  }

  private static JsonNode yaml(String body) {
    return read(YAML, body);
  }

  /**
   * Reads the body of an apply. The API server reads it as YAML 1.1, also if it is JSON: line
   * separators are folded, and characters that are not printable are refused.
   */
  static JsonNode applied(String body) {
    if (SURROGATE_ESCAPE.matcher(body).find()) {
      throw undecodable("found invalid Unicode character escape code");
    }
    try {
      return YAML.readTree(body);
    } catch (JsonProcessingException e) {
      throw undecodable(e.getOriginalMessage().replace("special characters", "control characters"));
    }
  }

  private static ApiException undecodable(String problem) {
    return ApiException.badRequest(
        "error decoding patch: error converting YAML to JSON: yaml: " + problem);
  }

  static ApiException unsupported(String type) {
    return ApiException.general(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include:"
            + " application/json, application/yaml"
            + (type.contains("protobuf")
                ? "; the simulated cluster does not read protobuf: write the object to a file and"
                    + " use kubectl create -f or kubectl apply -f"
                : ""));
  }

  static String mediaType(String contentType) {
    int semicolon = contentType.indexOf(';');
    return (semicolon < 0 ? contentType : contentType.substring(0, semicolon)).strip();
  }

  private static JsonNode read(ObjectMapper mapper, String body) {
    try {
      JsonNode node = mapper.readTree(body);
      return node == null ? mapper.missingNode() : node;
    } catch (IOException e) {
      throw ApiException.badRequest(
          "the object provided is unrecognized (must be of type Object): couldn't get version/kind;"
              + " json parse error: "
              + (e instanceof JsonProcessingException parse
                  ? parse.getOriginalMessage()
                  : e.getMessage()));
    }
  }

  /** Reads the body as an object of the requested type, without undeclared fields and nulls. */
  static ObjectNode object(ApiRequest request) {
    return decode(request, any(request));
  }

  /**
   * Decodes a value as an object of the requested type.
   *
   * @throws ApiException 400 if it is of another kind or has fields of the wrong type
   */
  static ObjectNode decode(ApiRequest request, JsonNode body) {
    ResourceType type = request.type();
    String apiVersion = body.path("apiVersion").asText();
    String kind = body.path("kind").asText();
    String expected = type.groupVersion().apiVersion();
    if (!body.isObject() || (kind.isEmpty() && type.isCustom())) {
      throw ApiException.badRequest(
          "Object 'Kind' is missing in '" + (body.isMissingNode() ? "" : body) + "'");
    }
    boolean otherVersion = !apiVersion.isEmpty() && !apiVersion.equals(expected);
    boolean otherKind = !kind.isEmpty() && !kind.equals(type.kind());
    if (otherVersion || otherKind) {
      throw ApiException.badRequest(
          "the API version in the data ("
              + apiVersion
              + ") does not match the expected API version ("
              + expected
              + ")");
    }
    Decoding decoding = Decoding.of(type.schema(), body);
    String prefix =
        type.kind()
            + " in version \""
            + type.groupVersion().version()
            + "\" cannot be handled as a "
            + type.kind()
            + ": ";
    // types of a custom resource's fields are validated by its schema
    Optional<String> mistyped =
        decoding.mistyped().stream()
            .filter(problem -> !type.isCustom() || problem.contains("field .metadata"))
            .findFirst();
    if (mistyped.isPresent()) {
      throw ApiException.badRequest(prefix + mistyped.get());
    }
    Optional<String> strictness = request.parameter("fieldValidation");
    if (strictness.filter("Strict"::equals).isPresent() && !decoding.unknown().isEmpty()) {
      throw ApiException.badRequest(
          prefix
              + "strict decoding error: "
              + String.join(
                  ", ",
                  decoding.unknown().stream().map(f -> "unknown field \"" + f + "\"").toList()));
    }
    ObjectNode object = (ObjectNode) decoding.value();
    ObjectNode result = Cluster.blank(type);
    result.setAll(object);
    result.put("apiVersion", expected).put("kind", type.kind());
    result.withObject("/metadata");
    return result;
  }
}

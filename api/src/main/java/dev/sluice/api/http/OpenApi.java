package dev.sluice.api.http;

import dev.sluice.api.readmodel.KnownSince;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The OpenAPI 3.1 document of the operations. */
final class OpenApi {

  private static final String JSON = "application/json";
  private static final Map<String, Object> PROBLEM =
      Map.of(
          "description",
          "the reason for the failure (RFC 9457)",
          "content",
          Map.of(
              "application/problem+json",
              Map.of(
                  "schema",
                  Map.of(
                      "type",
                      "object",
                      "required",
                      List.of("type", "title", "status", "detail")))));

  private final Schemas schemas = new Schemas();

  private OpenApi() {}

  static Map<String, Object> document(List<Operation> operations) {
    return new OpenApi().of(operations);
  }

  private Map<String, Object> of(List<Operation> operations) {
    Map<String, Object> paths = new LinkedHashMap<>();
    for (Operation operation : operations) {
      Map<String, Object> methods = new LinkedHashMap<>();
      if (paths.get(operation.path()) instanceof Map<?, ?> others) {
        others.forEach((method, other) -> methods.put(String.valueOf(method), other));
      }
      methods.put(operation.method().toLowerCase(Locale.ROOT), of(operation));
      paths.put(operation.path(), methods);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put(
        "info",
        Map.of(
            "title",
            "Sluice",
            "version",
            "1",
            "license",
            Map.of("name", "Apache-2.0", "identifier", "Apache-2.0")));
    document.put("security", List.of(Map.of("token", List.of()), Map.of()));
    document.put("paths", paths);
    Map<String, Object> components = new LinkedHashMap<>();
    components.put("securitySchemes", Map.of("token", Map.of("type", "http", "scheme", "bearer")));
    components.put("schemas", schemas.named());
    document.put("components", components);
    return document;
  }

  private Map<String, Object> of(Operation operation) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("operationId", operation.id());
    described.put("summary", operation.summary());
    List<Object> parameters = new ArrayList<>();
    operation.parameters().forEach(parameter -> parameters.add(of(parameter)));
    described.put("parameters", parameters);
    operation
        .body()
        .ifPresent(
            body ->
                described.put(
                    "requestBody",
                    Map.of(
                        "required",
                        true,
                        "content",
                        Map.of(JSON, Map.of("schema", schemas.of(body))))));
    Map<String, Object> responses = new LinkedHashMap<>();
    responses.put(
        Integer.toString(operation.answer().status()),
        Map.of(
            "description",
            "as asked",
            "headers",
            Map.of(
                Replies.CATCHING_UP,
                Map.of(
                    "description",
                    "present while the read model catches up, such as '120 records', in objects"
                        + " also as 'catchingUp': what these records change is not in the answer",
                    "schema",
                    Map.of("type", "string"))),
            "content",
            Map.of(JSON, Map.of("schema", of(operation.answer())))));
    responses.put("default", PROBLEM);
    described.put("responses", responses);
    return described;
  }

  private Map<String, Object> of(Operation.Answer answer) {
    Map<String, Object> element = schemas.of(answer.element());
    Map<String, Object> list = Map.of("type", "array", "items", element);
    return switch (answer.form()) {
      case ONE -> element;
      case LIST -> list;
      case PAGE, PAGE_OR_STREAM ->
          Map.of(
              "type",
              "object",
              "required",
              List.of("items"),
              "properties",
              Map.of(
                  "items",
                  list,
                  "next",
                  Map.of("type", "string"),
                  "knownSince",
                  schemas.of(KnownSince.class)));
    };
  }

  private static Map<String, Object> of(Parameter parameter) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("name", parameter.name());
    described.put("in", parameter.in() == Parameter.In.PATH ? "path" : "query");
    described.put("description", parameter.description());
    described.put("required", parameter.required());
    described.put(
        "schema",
        parameter.many()
            ? Map.of("type", "array", "items", parameter.schema())
            : parameter.schema());
    return described;
  }
}

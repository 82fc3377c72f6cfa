package dev.sluice.api.http;

import dev.sluice.api.readmodel.Page;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One thing that the API does. The routes and the OpenAPI document are both made from it.
 *
 * @param path with parameters in braces, as in OpenAPI
 * @param body what the request carries
 * @param answer what comes back
 */
record Operation(
    String method,
    String path,
    String id,
    String summary,
    Role role,
    List<Parameter> parameters,
    Optional<Class<?>> body,
    Answer answer,
    Function<Request, Object> handler) {

  /**
   * The shape of an answer.
   *
   * @param element of a page or a list
   */
  record Answer(int status, Form form, Type element) {

    enum Form {
      ONE,
      LIST,
      PAGE
    }

    static Answer one(Class<?> type) {
      return new Answer(200, Form.ONE, type);
    }

    static Answer list(Class<?> type) {
      return new Answer(200, Form.LIST, type);
    }

    /** A {@link Page}. */
    static Answer page(Class<?> type) {
      return new Answer(200, Form.PAGE, type);
    }
  }

  static Operation get(
      String path,
      String id,
      String summary,
      List<Parameter> parameters,
      Answer answer,
      Function<Request, Object> handler) {
    return new Operation(
        "GET", path, id, summary, Role.VIEWER, parameters, Optional.empty(), answer, handler);
  }

  static Operation post(
      String path,
      String id,
      String summary,
      Class<?> body,
      Answer answer,
      Function<Request, Object> handler) {
    return new Operation(
        "POST", path, id, summary, Role.VIEWER, List.of(), Optional.of(body), answer, handler);
  }

  /** The path as the router has it. */
  String route() {
    return path.replaceAll("\\{(\\w+)}", ":$1");
  }
}

package dev.sluice.api.http;

import dev.sluice.api.readmodel.Page;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Operation of the API. The routes and the OpenAPI document are both generated from it.
 *
 * @param path with parameters in braces, as in OpenAPI
 * @param body type of the request body
 * @param answer shape of the response body
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
   * Shape of a response body.
   *
   * @param element type of the elements of a page or a list
   */
  record Answer(int status, Form form, Type element) {

    enum Form {
      ONE,
      LIST,
      PAGE,
      /** A page, or an endless stream of server-sent events if the request accepts one. */
      PAGE_OR_STREAM
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

    static Answer pageOrStream(Class<?> type) {
      return new Answer(200, Form.PAGE_OR_STREAM, type);
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

  /** Returns the path in the router's syntax. */
  String route() {
    return path.replaceAll("\\{(\\w+)}", ":$1");
  }
}

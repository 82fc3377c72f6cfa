package dev.sluice.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.tls.SelfSigned;
import dev.sluice.simulated.patch.MergePatch;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The server of an aggregated API with one namespaced kind, Gadget in {@code v1}, by the API
 * conventions of Kubernetes: resource versions, preconditions, label selectors and watches. It
 * knows JSON merge patches only, neither server-side apply nor dry runs, keeps no {@code
 * managedFields}, and sets a default: {@code spec.shape} is {@code round}.
 */
final class AggregatedServer implements AutoCloseable {

  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final String group;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, ObjectNode> objects = new TreeMap<>();
  private final List<ObjectNode> events = new ArrayList<>();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private long version = 1000;
  private boolean closed;

  /** Starts a server at a free port of the loopback address. */
  AggregatedServer(Path directory, String group) throws Exception {
    this.group = group;
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(SelfSigned.create(directory, "aggregated"), SelfSigned.password());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Answers 405 to requests of this verb: a method, {@code LIST} or {@code WATCH}. */
  void refuse(String verb) {
    refused.add(verb);
  }

  /** Returns the requests about objects, as verb and media type, without lists and watches. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  void clearRequests() {
    requests.clear();
  }

  /** Returns an object; empty if it does not exist. */
  synchronized Optional<ObjectNode> object(String namespace, String name) {
    return Optional.ofNullable(objects.get(namespace + "/" + name)).map(ObjectNode::deepCopy);
  }

  /** Returns the values that the field {@code spec.size} of an object had, in order. */
  synchronized List<Integer> sizes(String name) {
    return events.stream()
        .map(event -> event.path("object"))
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .map(object -> object.at("/spec/size").asInt())
        .toList();
  }

  /** Changes an object, or creates it, as another client does. */
  void patch(String namespace, String name, String patch) throws IOException {
    synchronized (this) {
      ObjectNode object =
          object(namespace, name)
              .orElseGet(() -> created(namespace, Json.mapper().createObjectNode(), name));
      store(
          namespace,
          (ObjectNode) MergePatch.apply(object, Json.mapper().readTree(patch)),
          "MODIFIED");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    server.stop(0);
    threads.shutdownNow();
  }

  /** A refusal. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;
    private final String reason;

    Refusal(int code, String reason, String message) {
      super(message);
      this.code = code;
      this.reason = reason;
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode body = Json.mapper().readTree(exchange.getRequestBody());
      try {
        serve(exchange, body);
      } catch (Refusal e) {
        ObjectNode status = Json.mapper().createObjectNode();
        status.put("kind", "Status").put("apiVersion", "v1").put("status", "Failure");
        status.put("code", e.code).put("reason", e.reason).put("message", e.getMessage());
        answer(exchange, e.code, status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(HttpExchange exchange, JsonNode body)
      throws IOException, InterruptedException, Refusal {
    String root = "/apis/%s/v1".formatted(group);
    String path = exchange.getRequestURI().getPath();
    if (path.equals(root)) {
      answer(exchange, 200, resources());
      return;
    }
    List<String> parts =
        path.startsWith(root + "/")
            ? Arrays.asList(path.substring(root.length() + 1).split("/", -1))
            : List.of();
    boolean placed = parts.size() > 2 && parts.getFirst().equals("namespaces");
    String namespace = placed ? parts.get(1) : "";
    List<String> rest = placed ? parts.subList(2, parts.size()) : parts;
    if (rest.isEmpty() || !rest.getFirst().equals("gadgets") || rest.size() > 2) {
      throw new Refusal(404, "NotFound", "the server could not find the requested resource");
    }
    Map<String, String> query = query(exchange);
    if (rest.size() == 1 && exchange.getRequestMethod().equals("GET")) {
      list(exchange, namespace, query);
      return;
    }
    String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
    String verb = exchange.getRequestMethod();
    boolean ofNamespaceController = verb.equals("DELETE") && rest.size() == 1;
    if (!ofNamespaceController) {
      requests.add(verb.equals("PATCH") ? verb + " " + type : verb);
    }
    if (refused.contains(verb)) {
      throw new Refusal(405, "MethodNotAllowed", "the server does not allow this method");
    }
    String name = rest.size() == 2 ? rest.get(1) : body.at("/metadata/name").asText();
    ObjectNode result = write(verb, type, namespace, name, body);
    answer(exchange, verb.equals("POST") ? 201 : 200, result);
  }

  private synchronized ObjectNode write(
      String verb, String type, String namespace, String name, JsonNode body) throws Refusal {
    if (verb.equals("PATCH") && !type.equals(MERGE_PATCH)) {
      throw new Refusal(
          415,
          "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: "
              + MERGE_PATCH);
    }
    @Nullable ObjectNode live = objects.get(namespace + "/" + name);
    if (verb.equals("POST")) {
      if (live != null) {
        throw new Refusal(409, "AlreadyExists", "gadgets \"%s\" already exists".formatted(name));
      }
      if (body.path("metadata").has("resourceVersion")) {
        throw new Refusal(
            400, "BadRequest", "resourceVersion should not be set on objects to be created");
      }
      return store(namespace, created(namespace, (ObjectNode) body, name), "ADDED");
    }
    if (live == null) {
      throw new Refusal(404, "NotFound", "gadgets \"%s\" not found".formatted(name));
    }
    requireMet(
        verb.equals("DELETE") ? body.path("preconditions") : body.path("metadata"),
        live.path("metadata"));
    return switch (verb) {
      case "GET" -> live;
      case "PATCH" -> store(namespace, (ObjectNode) MergePatch.apply(live, body), "MODIFIED");
      case "PUT" -> store(namespace, body.deepCopy(), "MODIFIED");
      case "DELETE" -> {
        objects.remove(namespace + "/" + name);
        yield event("DELETED", live.deepCopy());
      }
      default -> throw new Refusal(405, "MethodNotAllowed", verb);
    };
  }

  private static void requireMet(JsonNode precondition, JsonNode live) throws Refusal {
    for (String field : List.of("uid", "resourceVersion")) {
      if (precondition.has(field) && !precondition.path(field).equals(live.path(field))) {
        throw new Refusal(409, "Conflict", "the object has been modified: its %s".formatted(field));
      }
    }
  }

  private ObjectNode created(String namespace, ObjectNode body, String name) {
    ObjectNode object = body.deepCopy();
    object.put("apiVersion", group + "/v1").put("kind", "Gadget");
    object
        .withObject("/metadata")
        .put("name", name)
        .put("namespace", namespace)
        .put("uid", UUID.randomUUID().toString())
        .put("creationTimestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    object.withObject("/spec").put("shape", object.at("/spec/shape").asText("round"));
    return object;
  }

  private ObjectNode store(String namespace, ObjectNode object, String type) {
    ObjectNode stored = event(type, object);
    objects.put(namespace + "/" + object.at("/metadata/name").asText(), stored);
    return stored;
  }

  private ObjectNode event(String type, ObjectNode object) {
    object.withObject("/metadata").put("resourceVersion", Long.toString(++version));
    ObjectNode event = Json.mapper().createObjectNode().put("type", type);
    event.set("object", object.deepCopy());
    events.add(event);
    notifyAll();
    return object;
  }

  private void list(HttpExchange exchange, String namespace, Map<String, String> query)
      throws IOException, InterruptedException, Refusal {
    boolean watch = query.getOrDefault("watch", "").matches("true|1");
    if (refused.contains(watch ? "WATCH" : "LIST")) {
      throw new Refusal(405, "MethodNotAllowed", "the server does not allow this method");
    }
    String selector = query.getOrDefault("labelSelector", "");
    if (watch) {
      watch(exchange, namespace, selector, Long.parseLong(query.get("resourceVersion")));
      return;
    }
    ObjectNode list = Json.mapper().createObjectNode();
    list.put("apiVersion", group + "/v1").put("kind", "GadgetList");
    ArrayNode items = list.putArray("items");
    synchronized (this) {
      list.putObject("metadata").put("resourceVersion", Long.toString(version));
      objects.values().stream()
          .filter(object -> isSelected(object, namespace, selector))
          .forEach(items::add);
    }
    answer(exchange, 200, list);
  }

  private void watch(HttpExchange exchange, String namespace, String selector, long from)
      throws IOException, InterruptedException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.flush();
    for (int next = 0; ; next++) {
      ObjectNode event;
      synchronized (this) {
        while (next == events.size() && !closed) {
          wait();
        }
        if (closed) {
          return;
        }
        event = events.get(next);
      }
      JsonNode object = event.path("object");
      if (object.at("/metadata/resourceVersion").asLong() > from
          && isSelected(object, namespace, selector)) {
        out.write(Json.mapper().writeValueAsBytes(event));
        out.write('\n');
        out.flush();
      }
    }
  }

  private static boolean isSelected(JsonNode object, String namespace, String selector) {
    JsonNode metadata = object.path("metadata");
    boolean placed = namespace.isEmpty() || metadata.path("namespace").asText().equals(namespace);
    return placed
        && Arrays.stream(selector.split(",", -1))
            .filter(term -> !term.isEmpty())
            .allMatch(
                term -> {
                  String[] sides = term.split("!?=", 2);
                  boolean equal = metadata.at("/labels").path(sides[0]).asText().equals(sides[1]);
                  return term.contains("!=") != equal;
                });
  }

  private ObjectNode resources() {
    ObjectNode list = Json.mapper().createObjectNode();
    list.put("kind", "APIResourceList").put("apiVersion", "v1").put("groupVersion", group + "/v1");
    ObjectNode gadgets = list.putArray("resources").addObject();
    gadgets.put("name", "gadgets").put("singularName", "gadget").put("kind", "Gadget");
    gadgets.put("namespaced", true);
    List.of("create", "delete", "get", "list", "patch", "update", "watch")
        .forEach(gadgets.putArray("verbs")::add);
    return list;
  }

  private static Map<String, String> query(HttpExchange exchange) {
    String query = exchange.getRequestURI().getRawQuery();
    return Arrays.stream((query == null ? "" : query).split("&", -1))
        .filter(pair -> pair.contains("="))
        .map(pair -> pair.split("=", 2))
        .collect(
            Collectors.toMap(
                pair -> pair[0],
                pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8),
                (first, _) -> first));
  }

  private static void answer(HttpExchange exchange, int code, JsonNode body) throws IOException {
    byte[] bytes = Json.mapper().writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}

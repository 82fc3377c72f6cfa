package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.GroupVersion;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.table.Tables;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Router from path and method to the operation. */
final class Endpoints {
  private static final Pattern SERVICE_ACCOUNT =
      Pattern.compile("system:serviceaccount:[^:]+:[^:]+");

  private final Cluster cluster;
  private final AggregatedApis aggregated;
  private final Aggregator aggregator;
  private final Discovery discovery;
  private final ObjectReader reader;
  private final ObjectWriter writer;
  private final ObjectRemover remover;
  private final WatchStreams watches;
  private final Views views;
  private final Scales scales;
  private final Bindings bindings;
  private final OpenApi openApi;

  Endpoints(Cluster cluster, ObjectReader reader, ObjectRemover remover, Vertx vertx) {
    this.cluster = cluster;
    this.aggregated = new AggregatedApis(cluster);
    this.aggregator = new Aggregator(cluster, aggregated, vertx);
    this.discovery = new Discovery(cluster.catalog(), aggregated);
    this.reader = reader;
    this.writer = new ObjectWriter(cluster);
    this.remover = remover;
    this.watches = new WatchStreams(cluster.store(), vertx);
    this.views = new Views(new Tables(cluster.clock()));
    this.scales = new Scales(cluster, writer);
    this.bindings = new Bindings(cluster);
    this.openApi = new OpenApi(cluster.catalog());
  }

  /**
   * Serves a request.
   *
   * @throws ApiException if it ends with an error
   */
  void serve(RoutingContext context) {
    requireKnownUser(context);
    List<String> path =
        Arrays.stream(ApiServer.path(context).split("/", -1)).filter(s -> !s.isEmpty()).toList();
    switch (path.isEmpty() ? "" : path.getFirst()) {
      case "version" -> Responses.send(context, 200, Discovery.version());
      case "healthz", "livez", "readyz" -> Responses.send(context, 200, "text/plain", "ok");
      case "openapi" -> openApi(context, path);
      case "api" -> api(context, path);
      case "apis" -> apis(context, path);
      default -> throw ApiException.unknownPath();
    }
  }

  /**
   * Accepts requests that impersonate a service account: every user may do everything here, as with
   * the API server's {@code AlwaysAllow}. Other impersonation is not supported.
   */
  private static void requireKnownUser(RoutingContext context) {
    context.request().headers().names().stream()
        .filter(name -> name.regionMatches(true, 0, "Impersonate-", 0, 12))
        .filter(
            name ->
                !name.equalsIgnoreCase("Impersonate-User")
                    || !SERVICE_ACCOUNT.matcher(context.request().getHeader(name)).matches())
        .findFirst()
        .ifPresent(
            name -> {
              throw ApiException.notImplemented("impersonation, except of service accounts");
            });
  }

  private void openApi(RoutingContext context, List<String> path) {
    if (path.size() < 2 || !path.get(1).equals("v3")) {
      throw ApiException.unknownPath();
    }
    ObjectNode answer =
        switch (path.size()) {
          case 2 -> openApi.index();
          case 4 ->
              openApi
                  .document(new GroupVersion("", path.get(3)))
                  .orElseThrow(ApiException::unknownPath);
          case 5 ->
              openApi
                  .document(new GroupVersion(path.get(3), path.get(4)))
                  .orElseThrow(ApiException::unknownPath);
          default -> throw ApiException.unknownPath();
        };
    Responses.send(context, 200, answer);
  }

  private void api(RoutingContext context, List<String> path) {
    switch (path.size()) {
      case 1 -> Responses.send(context, 200, discovery.core());
      case 2 -> resources(context, new GroupVersion("", path.get(1)));
      default -> resource(context, new GroupVersion("", path.get(1)), path.subList(2, path.size()));
    }
  }

  private void apis(RoutingContext context, List<String> path) {
    if (path.size() > 2) {
      GroupVersion version = new GroupVersion(path.get(1), path.get(2));
      if (aggregated.versions().contains(version)) {
        aggregator.serve(context, version);
        return;
      }
    }
    switch (path.size()) {
      case 1 -> Responses.send(context, 200, discovery.groups());
      case 2 ->
          Responses.send(
              context, 200, discovery.group(path.get(1)).orElseThrow(ApiException::unknownPath));
      case 3 -> resources(context, new GroupVersion(path.get(1), path.get(2)));
      default ->
          resource(
              context, new GroupVersion(path.get(1), path.get(2)), path.subList(3, path.size()));
    }
  }

  private void resources(RoutingContext context, GroupVersion groupVersion) {
    Responses.send(
        context, 200, discovery.resources(groupVersion).orElseThrow(ApiException::unknownPath));
  }

  private void resource(RoutingContext context, GroupVersion groupVersion, List<String> path) {
    if (!cluster.catalog().groupVersions().contains(groupVersion)) {
      Responses.send(context, 404, "text/plain; charset=utf-8", "404 page not found\n");
      return;
    }
    ApiRequest request = request(context, groupVersion, path);
    if (request.subresource().filter("scale"::equals).isPresent()) {
      boolean read = request.call().method().equals("GET");
      Responses.send(context, 200, read ? scales.get(request) : scales.change(request));
      return;
    }
    if (request.subresource().filter("binding"::equals).isPresent()) {
      Responses.send(context, 201, bindings.create(request));
      return;
    }
    boolean watch = request.flag("watch");
    switch (request.call().method()) {
      case "GET" -> {
        String accept = ApiServer.header(context, "Accept");
        if (watch && ApiServer.header(context, "Upgrade").equalsIgnoreCase("websocket")) {
          // the only status after which fabric8 clients fall back to a streaming GET
          throw ApiException.of(
              503, "ServiceUnavailable", "watches over WebSocket are not supported");
        }
        if (watch) {
          watches.open(context, request, views.watch(request, accept));
        } else {
          ObjectNode answer = request.name().isEmpty() ? reader.list(request) : reader.get(request);
          Responses.send(context, 200, views.read(request, accept, answer));
        }
      }
      case "POST" -> send(context, writer.create(require(request, request.name().isEmpty())));
      case "PUT" -> send(context, writer.update(require(request, !request.name().isEmpty())));
      case "PATCH" -> send(context, writer.patch(require(request, !request.name().isEmpty())));
      case "DELETE" ->
          Responses.send(
              context,
              200,
              request.name().isEmpty()
                  ? remover.deleteCollection(request)
                  : remover.delete(request));
      default -> throw ApiException.methodNotAllowed();
    }
  }

  private static ApiRequest require(ApiRequest request, boolean allowed) {
    boolean placed = !request.type().namespaced() || !request.namespace().isEmpty();
    if (!allowed || !placed) {
      throw ApiException.methodNotAllowed();
    }
    return request;
  }

  private static void send(RoutingContext context, ObjectWriter.Written written) {
    ObjectNode object = written.object();
    Responses.send(context, written.created() ? 201 : 200, object);
  }

  private ApiRequest request(RoutingContext context, GroupVersion groupVersion, List<String> path) {
    boolean scoped =
        path.size() > 2
            && path.getFirst().equals("namespaces")
            && !(path.size() == 3
                && groupVersion.group().isEmpty()
                && List.of("status", "finalize").contains(path.get(2)));
    String namespace = scoped ? path.get(1) : "";
    List<String> rest = scoped ? path.subList(2, path.size()) : path;
    ResourceType type =
        cluster
            .catalog()
            .find(groupVersion, rest.getFirst())
            .orElseThrow(ApiException::unknownPath);
    boolean misplaced = scoped && !type.namespaced();
    boolean unplaced = !scoped && type.namespaced() && rest.size() > 1;
    if (misplaced || unplaced || rest.size() > 3) {
      throw ApiException.unknownPath();
    }
    Buffer body = context.body().buffer();
    return new ApiRequest(
        type,
        namespace,
        rest.size() > 1 ? rest.get(1) : "",
        rest.size() > 2 ? Optional.of(subresource(type, rest.get(2))) : Optional.empty(),
        new ApiRequest.Call(
            context.request().method().name(),
            ApiServer.parameters(context),
            ApiServer.header(context, "Content-Type"),
            body == null ? "" : body.toString(),
            ApiServer.header(context, "User-Agent")));
  }

  private static String subresource(ResourceType type, String name) {
    if (type.traits().subresources().contains(name)) {
      return name;
    }
    if (type.traits().subresources().contains(name)
        || List.of(
                "finalize",
                "eviction",
                "log",
                "exec",
                "token",
                "attach",
                "portforward",
                "proxy",
                "ephemeralcontainers")
            .contains(name)) {
      throw ApiException.notImplemented("the subresource " + type.plural() + "/" + name);
    }
    throw ApiException.unknownPath();
  }
}

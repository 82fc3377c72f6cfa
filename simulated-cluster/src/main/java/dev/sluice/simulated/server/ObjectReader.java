package dev.sluice.simulated.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.ResourceType;
import dev.sluice.simulated.store.Change;
import dev.sluice.simulated.store.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Reader of single objects and of collections, as a whole or in consistent pages. */
final class ObjectReader {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Cluster cluster;

  ObjectReader(Cluster cluster) {
    this.cluster = cluster;
  }

  ObjectNode get(ApiRequest request) {
    return cluster.get(request.type(), request.key());
  }

  ObjectNode list(ApiRequest request) {
    ResourceType type = request.type();
    Predicate<ObjectNode> selector = Selector.of(request);
    Optional<Token> token = request.parameter("continue").map(Token::decode);
    long revision = token.map(Token::revision).orElseGet(() -> revision(request));
    NavigableMap<ObjectKey, ObjectNode> all = at(request, revision);
    if (token.isPresent()) {
      all = all.tailMap(token.get().after(), false);
    }
    List<ObjectNode> matching = all.values().stream().filter(selector).toList();
    int limit =
        request
            .parameter("limit")
            .map(Integer::parseInt)
            .filter(n -> n > 0)
            .orElse(matching.size());
    List<ObjectNode> page = matching.subList(0, Math.min(limit, matching.size()));

    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", type.kind() + "List").put("apiVersion", type.groupVersion().apiVersion());
    ObjectNode metadata = list.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(revision));
    if (page.size() < matching.size()) {
      metadata.put("continue", new Token(revision, ObjectKey.of(page.getLast())).encode());
      if (request.parameter("labelSelector").isEmpty()
          && request.parameter("fieldSelector").isEmpty()) {
        metadata.put("remainingItemCount", matching.size() - page.size());
      }
    }
    ArrayNode items = list.putArray("items");
    page.forEach(object -> items.add(item(type, object)));
    return list;
  }

  /**
   * Returns a list item: items of typed lists omit their kind, those of custom resources include
   * it.
   */
  private static ObjectNode item(ResourceType type, ObjectNode object) {
    if (type.isCustom()) {
      return type.served(object);
    }
    ObjectNode copy = type.served(object).deepCopy();
    copy.remove(List.of("apiVersion", "kind"));
    return copy;
  }

  private long revision(ApiRequest request) {
    long now = cluster.store().revision();
    long wanted = version(request, "resourceVersion").orElse(0L);
    if (wanted > now) {
      throw ApiException.of(
          504, "Timeout", "Too large resource version: " + wanted + ", current: " + now);
    }
    boolean exact = request.parameter("resourceVersionMatch").filter("Exact"::equals).isPresent();
    return exact ? wanted : now;
  }

  static Optional<Long> version(ApiRequest request, String parameter) {
    return request
        .parameter(parameter)
        .map(
            text -> {
              try {
                return Long.parseUnsignedLong(text);
              } catch (NumberFormatException e) {
                throw ApiException.badRequest(
                    parameter
                        + ": Invalid value: \""
                        + text
                        + "\": strconv.ParseUint: parsing \""
                        + text
                        + "\": invalid syntax");
              }
            });
  }

  /** Returns the collection at a revision, by undoing later changes. */
  private NavigableMap<ObjectKey, ObjectNode> at(ApiRequest request, long revision) {
    if (revision < cluster.store().oldestRevision()) {
      throw ApiException.expired(
          "The provided continue parameter is too old to display a consistent list result. You can"
              + " start a new list without the continue parameter.");
    }
    String resource = request.type().storedAs();
    Optional<String> namespace = Optional.of(request.namespace()).filter(ns -> !ns.isEmpty());
    NavigableMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    cluster.store().list(resource, namespace).forEach(o -> objects.put(ObjectKey.of(o), o));
    for (Change change : cluster.store().since(revision).reversed()) {
      ObjectKey key = ObjectKey.of(change.after());
      boolean concerned =
          change.resource().equals(resource)
              && (namespace.isEmpty() || namespace.get().equals(key.namespace()));
      if (concerned) {
        change.before().ifPresentOrElse(o -> objects.put(key, o), () -> objects.remove(key));
      }
    }
    return objects;
  }

  /** Start of the next page: the revision of the collection and the last object. */
  private record Token(long revision, ObjectKey after) {
    String encode() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("rv", revision).put("namespace", after.namespace()).put("name", after.name());
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Token decode(String text) {
      try {
        JsonNode json = read(text);
        return new Token(
            json.path("rv").asLong(),
            new ObjectKey(json.path("namespace").asText(), json.path("name").asText()));
      } catch (IllegalArgumentException | IOException e) {
        throw ApiException.badRequest("continue key is not valid: " + e.getMessage());
      }
    }

    private static JsonNode read(String text) throws IOException {
      try {
        return MAPPER.readTree(Base64.getUrlDecoder().decode(text));
      } catch (JsonProcessingException e) {
        throw new IOException("encoded continue token is not JSON", e);
      }
    }
  }
}

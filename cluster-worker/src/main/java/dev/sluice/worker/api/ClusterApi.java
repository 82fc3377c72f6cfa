package dev.sluice.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ServiceAccountName;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Operations on objects of the Kubernetes API. Repeats only requests that a busy server refused
 * unread, at the server's pace ({@link RequestPace}): the lane decides what happens after a
 * failure.
 */
public final class ClusterApi {

  /** The field manager that owns the fields that Sluice writes. */
  public static final String FIELD_MANAGER = "sluice";

  /** The field manager of the commands that install Sluice. */
  public static final String INSTALLER = "sluice-install";

  /**
   * A {@code resourceVersion} that no object ever has (etcd's first revision is 1, and belongs to
   * no object). Applied at it, an absent object is created, and an existing one answers 409.
   */
  public static final String ABSENT = "1";

  private static final String JSON = ApiCalls.JSON;
  private static final String APPLY = ApiCalls.APPLY;
  private static final String MERGE = "application/merge-patch+json";
  private static final String STRATEGIC_MERGE = "application/strategic-merge-patch+json";
  private static final String METADATA_LIST =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
  private static final String METADATA =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
  private static final int PAGE = 500;
  private static final int MAX_PAGES = 20_000;

  private final ApiCalls calls;

  /**
   * Creates an API that may always write.
   *
   * @param timeout of every request
   */
  public ClusterApi(KubernetesClient client, Duration timeout) {
    this(client, timeout, () -> true, RequestPace.repeating(() -> {}));
  }

  /**
   * Creates an API that may write while a condition holds.
   *
   * @param timeout of every request
   * @param mayWrite checked before every request that writes
   */
  public ClusterApi(
      KubernetesClient client, Duration timeout, BooleanSupplier mayWrite, RequestPace pace) {
    this(new ApiCalls(client, timeout, mayWrite, pace, Optional.empty()));
  }

  private ClusterApi(ApiCalls calls) {
    this.calls = calls;
  }

  /** Returns an API over the same connections whose calls impersonate a service account. */
  public ClusterApi as(ServiceAccountName account) {
    return new ClusterApi(calls.as(account));
  }

  /** Reads one object; returns empty if it, or its kind, does not exist. */
  public Optional<ObjectNode> get(String path) throws InterruptedException {
    return get(path, JSON);
  }

  /**
   * Reads the metadata of one object, or all of it if the server does not support that; returns
   * empty if it, or its kind, does not exist.
   */
  public Optional<ObjectNode> getMetadata(String path) throws InterruptedException {
    return get(path, METADATA);
  }

  private Optional<ObjectNode> get(String path, String accept) throws InterruptedException {
    try {
      return Optional.of(calls.call("GET", path, JSON, accept, null));
    } catch (ApiException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Reads the text of a log. */
  public String text(String path) throws InterruptedException {
    return calls.text(path);
  }

  /** Reads an object that every cluster has. */
  public ObjectNode required(String path) throws InterruptedException {
    return calls.call("GET", path, JSON, JSON, null);
  }

  /** Creates a namespace if it is missing; does not change an existing one. */
  public void ensureNamespace(String name) throws InterruptedException {
    String path = "/api/v1/namespaces/" + name;
    if (get(path).isEmpty()) {
      ObjectNode namespace = Json.mapper().createObjectNode();
      namespace.put("apiVersion", "v1").put("kind", "Namespace");
      namespace.putObject("metadata").put("name", name).put("resourceVersion", ABSENT);
      try {
        apply(path, namespace, true);
      } catch (ApiException e) {
        if (!e.isPreconditionFailed()) {
          throw e; // otherwise somebody else has created it
        }
      }
    }
  }

  /** Creates an object in a collection, such as a review; returns the server's answer. */
  public ObjectNode create(String collection, ObjectNode object) throws InterruptedException {
    return calls.call("POST", collection, JSON, JSON, object);
  }

  /** Replaces an object; only at its {@code resourceVersion}, if it has one. */
  public ObjectNode replace(String path, ObjectNode object) throws InterruptedException {
    return calls.call("PUT", path + "?fieldManager=" + FIELD_MANAGER, JSON, JSON, object);
  }

  /** Applies an object by server-side apply (KEP-555). */
  public ObjectNode apply(String path, ObjectNode object, boolean force)
      throws InterruptedException {
    return calls.call(
        "PATCH",
        "%s?fieldManager=%s&force=%s".formatted(path, FIELD_MANAGER, force),
        APPLY,
        JSON,
        object);
  }

  /** Returns the result that {@link #apply} would have; writes nothing. */
  public ObjectNode applyDry(String path, ObjectNode object, boolean force)
      throws InterruptedException {
    return calls.call(
        "PATCH",
        "%s?dryRun=All&fieldManager=%s&force=%s".formatted(path, FIELD_MANAGER, force),
        APPLY,
        JSON,
        object);
  }

  /** Patches an object by JSON merge patch (RFC 7386). */
  public ObjectNode merge(String path, ObjectNode patch) throws InterruptedException {
    return calls.call("PATCH", path + "?fieldManager=" + FIELD_MANAGER, MERGE, JSON, patch);
  }

  /**
   * Patches an object of a built-in kind by strategic merge patch. Never creates one. With a {@code
   * resourceVersion} in the patch, it changes the object only at that version.
   */
  public ObjectNode patch(String path, ObjectNode patch) throws InterruptedException {
    return calls.call(
        "PATCH", path + "?fieldManager=" + FIELD_MANAGER, STRATEGIC_MERGE, JSON, patch);
  }

  /**
   * Returns the result of a strategic merge patch, or, for kinds without, of a JSON merge patch;
   * writes nothing.
   *
   * @param patch returns the patch, given whether it is strategic
   */
  public ObjectNode patchDry(String path, Function<Boolean, ObjectNode> patch)
      throws InterruptedException {
    String dry = path + "?dryRun=All&fieldManager=" + FIELD_MANAGER;
    try {
      return calls.call("PATCH", dry, STRATEGIC_MERGE, JSON, patch.apply(true));
    } catch (ApiException e) {
      if (e.code() != 415) {
        throw e;
      }
      return calls.call("PATCH", dry, MERGE, JSON, patch.apply(false));
    }
  }

  /** Deletes exactly the object that was read, and its dependents in the background. */
  public void delete(String path, String uid, String resourceVersion) throws InterruptedException {
    delete(path, uid, resourceVersion, Propagation.BACKGROUND);
  }

  /**
   * Deletes exactly the object that was read.
   *
   * @param propagation how its dependents are treated
   */
  public void delete(String path, String uid, String resourceVersion, Propagation propagation)
      throws InterruptedException {
    ObjectNode options = Json.mapper().createObjectNode();
    options.put("apiVersion", "v1").put("kind", "DeleteOptions");
    options.put("propagationPolicy", propagation.text());
    options.putObject("preconditions").put("uid", uid).put("resourceVersion", resourceVersion);
    calls.call("DELETE", path, JSON, JSON, options);
  }

  /**
   * Passes all objects of a collection to a visitor, page by page; returns the collection's
   * resource version.
   */
  public String list(String collection, String labelSelector, Consumer<ObjectNode> visitor)
      throws InterruptedException {
    return pages(collection, "&labelSelector=" + encode(labelSelector), JSON, visitor);
  }

  /** Passes all objects with these values of fields to a visitor, page by page. */
  public void listFields(String collection, String fieldSelector, Consumer<ObjectNode> visitor)
      throws InterruptedException {
    var unused = pages(collection, "&fieldSelector=" + encode(fieldSelector), JSON, visitor);
  }

  /**
   * Passes the metadata of all objects of a collection to a visitor, page by page; whole objects if
   * the server does not support that. Returns the collection's resource version.
   */
  public String listMetadata(String collection, String labelSelector, Consumer<ObjectNode> visitor)
      throws InterruptedException {
    return pages(collection, "&labelSelector=" + encode(labelSelector), METADATA_LIST, visitor);
  }

  /** Returns the names of all objects of a collection; empty if they do not fit in one page. */
  public Optional<Set<String>> namesInOnePage(String collection, String labelSelector)
      throws InterruptedException {
    ObjectNode page =
        calls.call(
            "GET",
            "%s?limit=%d&labelSelector=%s".formatted(collection, PAGE, encode(labelSelector)),
            JSON,
            METADATA_LIST,
            null);
    if (!page.path("metadata").path("continue").asText("").isEmpty()) {
      return Optional.empty();
    }
    Set<String> names = new HashSet<>();
    page.path("items").forEach(item -> names.add(item.path("metadata").path("name").asText()));
    return Optional.of(names);
  }

  private String pages(
      String collection, String selection, String accept, Consumer<ObjectNode> visitor)
      throws InterruptedException {
    String more = "";
    String version;
    int pages = 0;
    do {
      if (pages++ == MAX_PAGES) {
        throw endless(collection);
      }
      ObjectNode page =
          calls.call(
              "GET",
              "%s?limit=%d%s%s"
                  .formatted(
                      collection,
                      PAGE,
                      selection,
                      more.isEmpty() ? "" : "&continue=" + encode(more)),
              JSON,
              accept,
              null);
      for (JsonNode item : page.path("items")) {
        if (item instanceof ObjectNode object) { // an aggregated API may return anything
          visitor.accept(object);
        }
      }
      version = page.path("metadata").path("resourceVersion").asText("");
      String next = page.path("metadata").path("continue").asText("");
      if (!next.isEmpty() && next.equals(more)) {
        throw endless(collection);
      }
      more = next;
    } while (!more.isEmpty());
    return version;
  }

  private static ApiException endless(String collection) {
    return new ApiException(
        500, "EndlessList", collection + " has no last page", "", List.of(), null);
  }

  /**
   * Opens an answer that is read while it arrives, without a time limit; the caller closes it.
   *
   * @param metadataOnly whether only the metadata of objects are needed
   */
  InputStream stream(String path, boolean metadataOnly) throws IOException, InterruptedException {
    return calls.stream(path, metadataOnly ? METADATA : JSON);
  }

  static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}

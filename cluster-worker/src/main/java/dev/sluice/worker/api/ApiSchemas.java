package dev.sluice.worker.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.FieldSchemas;
import dev.sluice.worker.manifest.KnownFields;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The fields of Kubernetes' built-in kinds, from the cluster's OpenAPI documents: version 3 by
 * group, or the whole version 2 of servers before 1.24. They are fetched when first needed, and
 * again before a field is reported as unknown, since an upgrade may have added it.
 *
 * <p>Custom resources are left to the server: their definitions change with commits.
 */
public final class ApiSchemas implements KnownFields {

  private static final Set<String> OWN_GROUPS =
      Set.of(
          "admissionregistration.k8s.io",
          "apiextensions.k8s.io",
          "apiregistration.k8s.io",
          "certificates.k8s.io",
          "coordination.k8s.io",
          "discovery.k8s.io",
          "events.k8s.io",
          "flowcontrol.apiserver.k8s.io",
          "networking.k8s.io",
          "node.k8s.io",
          "rbac.authorization.k8s.io",
          "resource.k8s.io",
          "scheduling.k8s.io",
          "storage.k8s.io");

  private static final String WHOLE = "";
  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final Duration ASK_AGAIN = Duration.ofMinutes(10);

  private record Held(FieldSchemas schemas, long at) {

    boolean isOlderThan(Duration age) {
      return System.nanoTime() - at > age.toNanos();
    }
  }

  private final ClusterApi api;
  private final Map<String, Held> held = new HashMap<>();
  private final ReentrantLock asking = new ReentrantLock();

  public ApiSchemas(ClusterApi api) {
    this.api = api;
  }

  @Override
  public List<JsonPointer> unknownIn(String apiVersion, String kind, JsonNode content)
      throws InterruptedException {
    if (!isOwn(apiVersion)) {
      return List.of();
    }
    List<JsonPointer> unknown = schemas(apiVersion, ASK_AGAIN).unknownIn(apiVersion, kind, content);
    return unknown.isEmpty()
        ? unknown
        : schemas(apiVersion, FRESH).unknownIn(apiVersion, kind, content);
  }

  private static boolean isOwn(String apiVersion) {
    String group = apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/')));
    return !group.contains(".") || OWN_GROUPS.contains(group);
  }

  private FieldSchemas schemas(String apiVersion, Duration age) throws InterruptedException {
    asking.lockInterruptibly();
    try {
      Held known = held.getOrDefault(apiVersion, held.get(WHOLE));
      if (known == null || known.isOlderThan(age)) {
        return ask(apiVersion);
      }
      return known.schemas();
    } finally {
      asking.unlock();
    }
  }

  private FieldSchemas ask(String apiVersion) throws InterruptedException {
    String path = (apiVersion.contains("/") ? "apis/" : "api/") + apiVersion;
    Optional<ObjectNode> ofGroup = document("/openapi/v3/" + path);
    Optional<ObjectNode> document = ofGroup.isPresent() ? ofGroup : document("/openapi/v2");
    FieldSchemas schemas = document.map(FieldSchemas::of).orElse(FieldSchemas.NONE);
    held.put(ofGroup.isEmpty() ? WHOLE : apiVersion, new Held(schemas, System.nanoTime()));
    return schemas;
  }

  /** Returns empty if the document does not exist or is forbidden: then the server validates. */
  private Optional<ObjectNode> document(String path) throws InterruptedException {
    try {
      return api.get(path);
    } catch (ApiException e) {
      if (e.code() == ApiException.NO_ANSWER) {
        throw e;
      }
      return Optional.empty();
    }
  }
}

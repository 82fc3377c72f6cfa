package dev.sluice.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Discovers the kinds that the cluster serves, by group and version when first needed. An unknown
 * kind is looked up again every time, since its definition may have been installed in between.
 */
public final class Discovery implements ClusterFacts.Source {

  private static final Pattern PLURAL = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Duration FACTS_HOLD = Duration.ofMinutes(1);

  private final ClusterApi api;
  private final Map<String, Map<String, ApiResource>> known = new ConcurrentHashMap<>();
  private final ReentrantLock asking = new ReentrantLock();
  private Optional<ClusterFacts> facts = Optional.empty();
  private long factsAt;

  public Discovery(ClusterApi api) {
    this.api = api;
  }

  /** Returns the address of a kind; empty if the cluster does not serve it. */
  public Optional<ApiResource> find(String apiVersion, String kind) throws InterruptedException {
    if (!new ApiKind(apiVersion, kind).isValid()) {
      return Optional.empty();
    }
    ApiResource cached = known.getOrDefault(apiVersion, Map.of()).get(kind);
    if (cached != null) {
      return Optional.of(cached);
    }
    Map<String, ApiResource> fresh = ask(apiVersion);
    if (fresh.isEmpty()) {
      known.remove(apiVersion);
    } else {
      known.put(apiVersion, fresh);
    }
    return Optional.ofNullable(fresh.get(kind));
  }

  /**
   * Forgets a version, so that its kinds are looked up again: a definition changed, or an answer is
   * out of date.
   */
  public void forget(String apiVersion) {
    known.remove(apiVersion);
  }

  /** Returns the server's version and all served kinds; they may be a minute old. */
  @Override
  public ClusterFacts facts() throws InterruptedException {
    asking.lockInterruptibly();
    try {
      if (facts.isEmpty() || System.nanoTime() - factsAt > FACTS_HOLD.toNanos()) {
        facts = Optional.of(askFacts());
        factsAt = System.nanoTime();
      }
      return facts.get();
    } finally {
      asking.unlock();
    }
  }

  private ClusterFacts askFacts() throws InterruptedException {
    String version = api.required("/version").path("gitVersion").asText();
    SortedSet<String> served = new TreeSet<>();
    for (JsonNode core : api.required("/api").path("versions")) {
      addKinds(core.asText(), served);
    }
    for (JsonNode group : api.required("/apis").path("groups")) {
      for (JsonNode groupVersion : group.path("versions")) {
        addKinds(groupVersion.path("groupVersion").asText(), served);
      }
    }
    return new ClusterFacts(version, served);
  }

  private void addKinds(String apiVersion, Set<String> served) throws InterruptedException {
    served.add(apiVersion);
    ask(apiVersion).keySet().forEach(kind -> served.add(apiVersion + "/" + kind));
  }

  private Map<String, ApiResource> ask(String apiVersion) throws InterruptedException {
    String root = apiVersion.contains("/") ? "/apis/" + apiVersion : "/api/" + apiVersion;
    Optional<ObjectNode> list = api.get(root);
    if (list.isEmpty()) {
      return Map.of();
    }
    Map<String, ApiResource> resources = new HashMap<>();
    for (JsonNode resource : list.get().path("resources")) {
      String plural = resource.path("name").asText("");
      String kind = resource.path("kind").asText("");
      // subresources have a slash; an aggregated API may return anything
      if (PLURAL.matcher(plural).matches() && !kind.isEmpty()) {
        resources.put(kind, new ApiResource(root, plural, resource.path("namespaced").asBoolean()));
      }
    }
    return Map.copyOf(resources);
  }
}

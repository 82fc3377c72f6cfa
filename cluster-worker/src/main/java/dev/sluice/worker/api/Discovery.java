package dev.sluice.worker.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kinds that the cluster serves, discovered by group and version when first needed. An unknown
 * kind is looked up again every time, since its definition may have been installed in between.
 *
 * <p>A version whose server does not answer, an aggregated API, fails only what needs its kinds.
 */
public final class Discovery implements ClusterFacts.Source {

  private static final Pattern PLURAL = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
  private static final Duration FACTS_HOLD = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(Discovery.class);

  private final ClusterApi api;
  private final ClusterApi objects;
  private final Set<String> unavailable;
  private final Map<String, Map<String, ApiResource>> known;
  private final WriteModes writeModes;
  private final ReentrantLock asking = new ReentrantLock();
  private Optional<ClusterFacts> facts = Optional.empty();
  private long factsAt;

  public Discovery(ClusterApi api) {
    this(
        api,
        api,
        ConcurrentHashMap.newKeySet(),
        new ConcurrentHashMap<>(),
        new WriteModes(apiVersion -> isAggregated(api, apiVersion)));
  }

  private Discovery(
      ClusterApi api,
      ClusterApi objects,
      Set<String> unavailable,
      Map<String, Map<String, ApiResource>> known,
      WriteModes writeModes) {
    this.api = api;
    this.objects = objects;
    this.unavailable = unavailable;
    this.known = known;
    this.writeModes = writeModes;
  }

  /** Returns whether a server behind the API server serves a version. */
  private static boolean isAggregated(ClusterApi api, String apiVersion)
      throws InterruptedException {
    int slash = apiVersion.indexOf('/');
    if (slash < 0) {
      return false;
    }
    String service = apiVersion.substring(slash + 1) + "." + apiVersion.substring(0, slash);
    try {
      return api.get("/apis/apiregistration.k8s.io/v1/apiservices/" + service)
          .filter(found -> found.at("/spec/service").isObject())
          .isPresent();
    } catch (ApiException e) {
      log.atWarn()
          .addKeyValue("apiVersion", apiVersion)
          .log("cannot read the APIService {}: {}", service, e.getMessage());
      return false;
    }
  }

  /** Returns a discovery that knows the same kinds, and reads objects by another API. */
  public Discovery reading(ClusterApi other) {
    return new Discovery(api, other, unavailable, known, writeModes);
  }

  /**
   * Returns the address of a kind; empty if the cluster does not serve it.
   *
   * @throws ApiException that {@linkplain ApiException#isGroupUnavailable says so} if the kind's
   *     server does not answer
   */
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

  /** Returns whether a kind is namespaced; empty if the cluster does not serve it. */
  public Optional<Boolean> namespaced(String apiVersion, String kind) throws InterruptedException {
    return find(apiVersion, kind).map(ApiResource::namespaced);
  }

  /** Returns those of some versions in which the cluster does not serve a kind. */
  public Set<String> unserved(Set<String> apiVersions, String kind) throws InterruptedException {
    Set<String> unserved = new HashSet<>();
    for (String apiVersion : apiVersions) {
      if (find(apiVersion, kind).isEmpty()) {
        unserved.add(apiVersion);
      }
    }
    return unserved;
  }

  /** Returns an object; empty if it does not exist, or the cluster does not serve its kind. */
  public Optional<ObjectNode> read(ObjectRef ref) throws InterruptedException {
    Optional<ApiResource> resource = find(ref.apiVersion(), ref.kind());
    return resource.isEmpty() ? Optional.empty() : objects.get(resource.get().path(ref));
  }

  /** Returns an object like {@link #read}, but only its metadata if the server supports that. */
  public Optional<ObjectNode> readMetadata(ObjectRef ref) throws InterruptedException {
    Optional<ApiResource> resource = find(ref.apiVersion(), ref.kind());
    return resource.isEmpty() ? Optional.empty() : objects.getMetadata(resource.get().path(ref));
  }

  /**
   * Forgets a version, so that its kinds are looked up again: a definition changed, or an answer is
   * out of date.
   */
  public void forget(String apiVersion) {
    known.remove(apiVersion);
    writeModes.forget(apiVersion);
  }

  /** Returns how objects of the kinds are written. */
  public WriteModes writeModes() {
    return writeModes;
  }

  /** Returns the number of versions whose server did not answer when it was last asked. */
  public int unavailable() {
    return unavailable.size();
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
    SortedSet<String> unknown = new TreeSet<>();
    for (JsonNode core : api.required("/api").path("versions")) {
      addKinds(core.asText(), served, unknown);
    }
    for (JsonNode group : api.required("/apis").path("groups")) {
      for (JsonNode groupVersion : group.path("versions")) {
        addKinds(groupVersion.path("groupVersion").asText(), served, unknown);
      }
    }
    return new ClusterFacts(version, served, unknown);
  }

  private void addKinds(String apiVersion, Set<String> served, Set<String> unknown)
      throws InterruptedException {
    served.add(apiVersion);
    try {
      ask(apiVersion).keySet().forEach(kind -> served.add(apiVersion + "/" + kind));
    } catch (ApiException e) {
      if (!e.isGroupUnavailable()) {
        throw e;
      }
      unknown.add(apiVersion);
    }
  }

  /** Returns the document of a version, and remembers whether its server answers. */
  private Optional<ObjectNode> document(String apiVersion, String root)
      throws InterruptedException {
    try {
      Optional<ObjectNode> document = api.get(root);
      if (unavailable.remove(apiVersion)) {
        writeModes.forget(apiVersion);
        log.atInfo()
            .addKeyValue("apiVersion", apiVersion)
            .log("the server of an API answers again");
      }
      return document;
    } catch (ApiException e) {
      if (!apiVersion.contains("/") || (e.code() != ApiException.NO_ANSWER && e.code() < 500)) {
        throw e;
      }
      if (e.code() == ApiException.NO_ANSWER) {
        // throws if it is not only this API that does not answer
        var unused = api.required("/version");
      }
      ApiException failure = ApiException.groupUnavailable(apiVersion, e);
      if (unavailable.add(apiVersion)) {
        log.atWarn()
            .addKeyValue("apiVersion", apiVersion)
            .log("{}; what needs its kinds is retried until it answers", failure.getMessage());
      }
      throw failure;
    }
  }

  private Map<String, ApiResource> ask(String apiVersion) throws InterruptedException {
    String root = apiVersion.contains("/") ? "/apis/" + apiVersion : "/api/" + apiVersion;
    Optional<ObjectNode> list = document(apiVersion, root);
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

package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The ledgers of an installation: one ConfigMap for each application, in the system namespace.
 * Every write is a compare-and-swap: server-side apply at the {@code uid} and {@code
 * resourceVersion} that were read.
 */
public final class LedgerStore {

  /** Names of ledgers: this and the application's name. */
  public static final String PREFIX = "sluice-ledger-";

  /** The label that all ledgers carry. */
  public static final String LABEL = "sluice.dev/ledger";

  private static final String INSTALLATION = "sluice.dev/installation";

  private final ClusterApi api;
  private final String namespace;
  private final String installation;

  public LedgerStore(ClusterApi api, String namespace, String installation) {
    this.api = api;
    this.namespace = namespace;
    this.installation = installation;
  }

  /** Selects the ledgers of this installation. */
  public String selector() {
    return "%s=true,%s=%s".formatted(LABEL, INSTALLATION, installation);
  }

  /** All ledgers. */
  public Map<ApplicationName, StoredLedger> list() throws InterruptedException {
    Map<ApplicationName, StoredLedger> ledgers = new HashMap<>();
    api.list(
        collection(),
        selector(),
        configMap -> {
          StoredLedger stored = LedgerCodec.read(configMap);
          ledgers.put(stored.ledger().application(), stored);
        });
    return ledgers;
  }

  /** The ledger as it is now; of an unknown application if there is none. */
  public StoredLedger read(ApplicationName application) throws InterruptedException {
    Optional<ObjectNode> configMap = api.get(path(application));
    return configMap
        .map(LedgerCodec::read)
        .orElseGet(() -> StoredLedger.absent(Ledger.unknown(application)));
  }

  /**
   * Puts a ledger in the place of the one that was read.
   *
   * @throws LedgerMovedException if that one is no longer there; nothing was written
   */
  public StoredLedger write(StoredLedger read, Ledger next)
      throws LedgerMovedException, InterruptedException {
    try {
      return writeOnce(read, next);
    } catch (ApiException e) {
      if (!(e.isNotFound() && e.detailsKind().equals("namespaces"))) {
        throw e;
      }
      ensureNamespace();
      return writeOnce(read, next);
    }
  }

  private StoredLedger writeOnce(StoredLedger read, Ledger next)
      throws LedgerMovedException, InterruptedException {
    ObjectNode configMap = configMap(next);
    ObjectNode metadata = configMap.withObject("/metadata");
    if (read.resourceVersion().isEmpty()) {
      metadata.put("resourceVersion", ClusterApi.ABSENT);
    } else {
      metadata.put("uid", read.uid()).put("resourceVersion", read.resourceVersion());
    }
    try {
      JsonNode written = api.apply(path(next.application()), configMap, true).path("metadata");
      return new StoredLedger(
          next, written.path("uid").asText(""), written.path("resourceVersion").asText(""));
    } catch (ApiException e) {
      boolean gone = e.isNotFound() && !e.detailsKind().equals("namespaces");
      if (e.isPreconditionFailed() || (gone && !read.resourceVersion().isEmpty())) {
        throw new LedgerMovedException("the ledger of " + next.application() + " moved on", e);
      }
      throw e;
    }
  }

  /** Creates the system namespace if it is missing. */
  public void ensureNamespace() throws InterruptedException {
    api.ensureNamespace(namespace);
  }

  private ObjectNode configMap(Ledger ledger) {
    ObjectNode configMap = Json.mapper().createObjectNode();
    configMap.put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata = configMap.putObject("metadata");
    metadata.put("name", PREFIX + ledger.application()).put("namespace", namespace);
    metadata
        .putObject("labels")
        .put(LABEL, "true")
        .put(INSTALLATION, installation)
        .put("sluice.dev/application", ledger.application().value());
    LedgerCodec.write(ledger, configMap);
    return configMap;
  }

  private String collection() {
    return "/api/v1/namespaces/" + namespace + "/configmaps";
  }

  private String path(ApplicationName application) {
    return collection() + "/" + PREFIX + application;
  }
}

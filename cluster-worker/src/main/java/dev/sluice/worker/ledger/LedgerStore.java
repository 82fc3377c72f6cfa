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
 * Every write is a compare-and-swap. What was read is patched at its {@code uid} and {@code
 * resourceVersion}, which never creates: else a late write into a wiped cluster would claim what is
 * no longer there. What was absent is created by server-side apply.
 */
public final class LedgerStore implements Ledgers {

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

  @Override
  public StoredLedger read(ApplicationName application) throws InterruptedException {
    Optional<ObjectNode> configMap = api.get(path(application));
    return configMap
        .map(LedgerCodec::read)
        .orElseGet(() -> StoredLedger.absent(Ledger.unknown(application)));
  }

  @Override
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
    boolean creates = read.resourceVersion().isEmpty();
    try {
      JsonNode written = (creates ? create(next) : update(read, next)).path("metadata");
      return new StoredLedger(
          next, written.path("uid").asText(""), written.path("resourceVersion").asText(""));
    } catch (ApiException e) {
      boolean gone = e.isNotFound() && !e.detailsKind().equals("namespaces");
      if (e.isPreconditionFailed() || (gone && !creates)) {
        throw new LedgerMovedException("the ledger of " + next.application() + " moved on", e);
      }
      throw e;
    }
  }

  private ObjectNode create(Ledger ledger) throws InterruptedException {
    ObjectNode configMap = configMap(ledger);
    configMap.withObject("/metadata").put("resourceVersion", ClusterApi.ABSENT);
    return api.apply(path(ledger.application()), configMap, true);
  }

  private ObjectNode update(StoredLedger read, Ledger ledger) throws InterruptedException {
    ObjectNode configMap = configMap(ledger);
    configMap
        .withObject("/metadata")
        .put("uid", read.uid())
        .put("resourceVersion", read.resourceVersion());
    LedgerCodec.dropTheOther(configMap);
    return api.patch(path(ledger.application()), configMap);
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

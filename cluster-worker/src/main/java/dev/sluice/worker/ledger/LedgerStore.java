package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.manifest.Ownership;
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

  private final ClusterApi api;
  private final String namespace;
  private final String installation;

  public LedgerStore(ClusterApi api, String namespace, String installation) {
    this.api = api;
    this.namespace = namespace;
    this.installation = installation;
  }

  /**
   * Reads all ledgers. They are known by their names, so that one that has lost its labels is found
   * too, as unreadable.
   */
  public LedgerListing list() throws InterruptedException {
    Map<ApplicationName, LedgerReading> ledgers = new HashMap<>();
    api.list(
        collection(),
        "",
        configMap ->
            application(configMap.path("metadata").path("name").asText(""))
                .ifPresent(application -> ledgers.put(application, read(application, configMap))));
    return new LedgerListing(ledgers);
  }

  /** Returns whose ledger has this name; empty if none is named so. */
  public Optional<ApplicationName> application(String configMap) {
    if (!configMap.startsWith(PREFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ApplicationName(configMap.substring(PREFIX.length())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public LedgerReading read(ApplicationName application) throws InterruptedException {
    return api.get(path(application))
        .map(configMap -> read(application, configMap))
        .orElseGet(
            () -> new LedgerReading.Usable(StoredLedger.absent(Ledger.unknown(application))));
  }

  /** Reads the ledger in a ConfigMap that has the name of the application's. */
  public LedgerReading read(ApplicationName application, JsonNode configMap) {
    JsonNode metadata = configMap.path("metadata");
    try {
      requireLabels(application, metadata.path("labels"));
      Ledger ledger = LedgerCodec.read(configMap);
      if (!ledger.application().equals(application)) {
        throw new DamagedLedgerException(
            "its content is the ledger of " + ledger.application() + ", not of " + application);
      }
      return new LedgerReading.Usable(
          new StoredLedger(
              ledger,
              metadata.path("uid").asText(""),
              metadata.path("resourceVersion").asText("")));
    } catch (DamagedLedgerException e) {
      return unreadable(application, LedgerReading.DAMAGED, String.valueOf(e.getMessage()));
    }
  }

  private void requireLabels(ApplicationName application, JsonNode labels)
      throws DamagedLedgerException {
    for (Map.Entry<String, String> label : labels(application).entrySet()) {
      String found = labels.path(label.getKey()).asText("");
      if (!found.equals(label.getValue())) {
        throw new DamagedLedgerException(
            "its label %s is '%s', not '%s'".formatted(label.getKey(), found, label.getValue()));
      }
    }
  }

  private LedgerReading unreadable(ApplicationName application, String code, String problem) {
    return new LedgerReading.Unreadable(
        application,
        new Failure(
            code,
            ("the ledger of %1$s, ConfigMap %2$s/%3$s, cannot be used: %4$s. Nothing of %1$s is"
                 + " written or deleted meanwhile. Restore the ConfigMap, or give its content up:"
                 + " 'kubectl delete configmap %3$s -n %2$s'; %1$s is then applied again from its"
                 + " newest target, and the sweep finds what it left by labels")
                .formatted(application, namespace, PREFIX + application, problem),
            Failure.Stage.LEDGER,
            Optional.empty()));
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
    ObjectNode labels = metadata.putObject("labels");
    labels(ledger.application()).forEach(labels::put);
    LedgerCodec.write(ledger, configMap);
    return configMap;
  }

  private Map<String, String> labels(ApplicationName application) {
    return Map.of(
        LABEL,
        "true",
        Ownership.INSTALLATION_LABEL,
        installation,
        Ownership.APPLICATION_LABEL,
        application.value());
  }

  private String collection() {
    return "/api/v1/namespaces/" + namespace + "/configmaps";
  }

  private String path(ApplicationName application) {
    return collection() + "/" + PREFIX + application;
  }
}

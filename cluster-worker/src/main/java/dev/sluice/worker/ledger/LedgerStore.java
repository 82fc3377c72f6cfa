package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.manifest.Ownership;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The ledgers of an installation: one signed ConfigMap per application, in the system namespace.
 * Every write is a compare-and-swap. A ledger that was read is patched at its {@code uid} and
 * {@code resourceVersion}, which never creates it; otherwise a late write into a wiped cluster
 * would claim objects that no longer exist. An absent ledger is created by server-side apply.
 *
 * <p>A signature proves that this installation wrote the content, but not that it is the latest: an
 * older ledger that somebody restores is valid. The log then has the newest target applied again.
 */
public final class LedgerStore implements Ledgers {

  /** The most ledgers that are read one by one; a list has all. */
  private static final int SINGLE_READS = 100;

  private final ClusterApi api;
  private final LedgerNames names;
  private final LedgerKeySecret secret;
  private volatile Keyring keys;

  /**
   * Creates a store.
   *
   * @param keys for signing and verification at first
   */
  public LedgerStore(ClusterApi api, LedgerNames names, Keyring keys) {
    this.api = api;
    this.names = names;
    this.secret = new LedgerKeySecret(api, names);
    this.keys = keys;
  }

  /** Sets the keys for signing and verification from now on. */
  void use(Keyring next) {
    keys = next;
  }

  Keyring keys() {
    return keys;
  }

  /**
   * Reads all ledgers. They are found by their names, so that one that lost its labels is found
   * too, as unreadable.
   */
  public LedgerListing list() throws InterruptedException {
    Map<ApplicationName, LedgerReading> ledgers = new HashMap<>();
    api.list(
        names.collection(),
        "",
        configMap ->
            application(configMap.path("metadata").path("name").asText(""))
                .ifPresent(application -> ledgers.put(application, read(application, configMap))));
    return new LedgerListing(ledgers);
  }

  /** Passes the ledgers of applications to a visitor; those of many by a list, but none is kept. */
  public void read(Set<ApplicationName> applications, Consumer<LedgerReading> visitor)
      throws InterruptedException {
    if (applications.size() <= SINGLE_READS) {
      for (ApplicationName application : applications) {
        visitor.accept(read(application));
      }
      return;
    }
    api.list(
        names.collection(),
        "",
        configMap ->
            application(configMap.path("metadata").path("name").asText(""))
                .filter(applications::contains)
                .ifPresent(application -> visitor.accept(read(application, configMap))));
  }

  /** Returns the path of the ledgers' collection, which also has other ConfigMaps. */
  public String collection() {
    return names.collection();
  }

  /** Returns the id of the installation whose ledgers these are. */
  public String installation() {
    return names.installation();
  }

  /**
   * Returns the other namespaces in which an installation with the same id has ledgers. Objects
   * carry only the id, so each of the two would take the other's objects for orphans.
   */
  public Set<String> namesakes() throws InterruptedException {
    Set<String> namespaces = new TreeSet<>();
    api.listMetadata(
        "/api/v1/configmaps",
        "%s=true,%s=%s"
            .formatted(LedgerNames.LABEL, Ownership.INSTALLATION_LABEL, names.installation()),
        configMap -> {
          JsonNode metadata = configMap.path("metadata");
          String namespace = metadata.path("namespace").asText("");
          if (!namespace.equals(names.namespace())
              && names.isLedger(metadata.path("name").asText(""))) {
            namespaces.add(namespace);
          }
        });
    return namespaces;
  }

  /** Returns the application of the ledger with this name; empty if it is no ledger. */
  public Optional<ApplicationName> application(String configMap) {
    return names.application(configMap);
  }

  @Override
  public LedgerReading read(ApplicationName application) throws InterruptedException {
    Optional<ObjectNode> configMap = api.get(names.path(application));
    if (configMap.isPresent()) {
      return read(application, configMap.get());
    }
    return keys.isUsable()
        ? new LedgerReading.Usable(StoredLedger.absent(Ledger.unknown(application)))
        : new UnreadableLedgers(names).withoutKey(application, keys);
  }

  /** Reads the ledger in a ConfigMap that has the name of the application's ledger. */
  public LedgerReading read(ApplicationName application, JsonNode configMap) {
    UnreadableLedgers unreadable = new UnreadableLedgers(names);
    JsonNode metadata = configMap.path("metadata");
    Optional<LedgerReading> wrong = unreadable.byLabels(application, metadata.path("labels"));
    if (wrong.isPresent()) {
      return wrong.get();
    }
    Keyring trusted = keys;
    if (!trusted.isUsable()) {
      return unreadable.withoutKey(application, trusted);
    }
    try {
      byte[] content = LedgerCodec.content(configMap);
      Keyring.Verdict verdict = verify(application, configMap, content, trusted);
      if (!trusted.trusts(verdict)) {
        return unreadable.bySignature(application, verdict);
      }
      Ledger ledger = LedgerCodec.decode(content);
      if (!ledger.application().equals(application)) {
        throw new LedgerCodec.DamagedLedgerException(
            "its content is the ledger of " + ledger.application() + ", not of " + application);
      }
      return new LedgerReading.Usable(
          new StoredLedger(
              ledger,
              metadata.path("uid").asText(""),
              metadata.path("resourceVersion").asText("")));
    } catch (LedgerCodec.DamagedLedgerException e) {
      return unreadable.damaged(application, e);
    }
  }

  /** Returns whether a ConfigMap's content is signed with the current key. */
  boolean isSigned(ApplicationName application, JsonNode configMap) {
    try {
      byte[] content = LedgerCodec.content(configMap);
      return verify(application, configMap, content, keys) == Keyring.Verdict.CURRENT;
    } catch (LedgerCodec.DamagedLedgerException e) {
      return false;
    }
  }

  private Keyring.Verdict verify(
      ApplicationName application, JsonNode configMap, byte[] content, Keyring ring) {
    String signature =
        configMap.path("metadata").path("annotations").path(LedgerNames.SIGNATURE).asText("");
    return ring.verify(names.installation(), application, content, signature);
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
      api.ensureNamespace(names.namespace());
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
        throw new LedgerMovedException("the ledger of " + next.application() + " changed", e);
      }
      throw e;
    }
  }

  /**
   * Creates a ledger, and before it the key if that was deleted too: without it, no other worker
   * could verify the ledger.
   */
  private ObjectNode create(Ledger ledger) throws InterruptedException {
    if (secret.read().isEmpty()) {
      var unused = secret.create(keys);
    }
    ObjectNode configMap = configMap(ledger);
    configMap.withObject("/metadata").put("resourceVersion", ClusterApi.ABSENT);
    return api.apply(names.path(ledger.application()), configMap, true);
  }

  private ObjectNode update(StoredLedger read, Ledger ledger) throws InterruptedException {
    ObjectNode configMap = configMap(ledger);
    configMap
        .withObject("/metadata")
        .put("uid", read.uid())
        .put("resourceVersion", read.resourceVersion());
    LedgerCodec.removeOtherKey(configMap);
    return api.patch(names.path(ledger.application()), configMap);
  }

  private ObjectNode configMap(Ledger ledger) {
    ApplicationName application = ledger.application();
    byte[] content = LedgerCodec.encode(ledger);
    ObjectNode configMap = Json.mapper().createObjectNode();
    configMap.put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata = configMap.putObject("metadata");
    metadata.put("name", names.ledger(application)).put("namespace", names.namespace());
    ObjectNode labels = metadata.putObject("labels");
    names.labels(application).forEach(labels::put);
    metadata
        .putObject("annotations")
        .put(LedgerNames.SIGNATURE, keys.sign(names.installation(), application, content));
    LedgerCodec.put(content, configMap);
    return configMap;
  }
}

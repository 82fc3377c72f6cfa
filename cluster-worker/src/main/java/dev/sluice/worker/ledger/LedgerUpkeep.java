package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.worker.api.ClusterApi;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maintains the ledgers of an installation in the worker that leads: creates and refreshes their
 * signing keys, migrates ledgers of earlier versions, and signs those that may be trusted.
 *
 * <p>Each step is a compare-and-swap and leaves the rest to the next call, so a worker may die
 * between any two of them.
 */
public final class LedgerUpkeep {

  private static final Logger log = LoggerFactory.getLogger(LedgerUpkeep.class);

  private final ClusterApi api;
  private final LedgerNames names;
  private final LedgerStore ledgers;
  private final LedgerKeySecret secret;
  private final OldLedgers old;

  public LedgerUpkeep(ClusterApi api, LedgerNames names, LedgerStore ledgers, Clock clock) {
    this.api = api;
    this.names = names;
    this.ledgers = ledgers;
    this.secret = new LedgerKeySecret(api, names);
    this.old = new OldLedgers(api, names, ledgers, clock);
  }

  /** Prepares all ledgers at the start of a leader session. */
  public void prepare() throws InterruptedException {
    Optional<Keyring> keys = secret.read();
    use(keys.isPresent() ? keys.get() : created());
    old.forgetMarkers();
  }

  /**
   * Reads changed keys, and restores a Secret that was deleted.
   *
   * @return whether the keys changed, so that ledgers may be verifiable now that were not before
   */
  public boolean refresh() throws InterruptedException {
    Keyring known = ledgers.keys();
    Optional<Keyring> keys = secret.read();
    if (keys.isEmpty() && known.isUsable()) {
      log.atWarn()
          .log(
              "the Secret {}/{} was deleted; creating it again with the keys it had",
              names.namespace(),
              names.keySecret());
      var unused = secret.create(known);
      return false;
    }
    if (keys.isEmpty() || keys.get().isSame(known)) {
      return false;
    }
    if (!keys.get().isUsable() && known.isUsable()) {
      log.atWarn()
          .log(
              "the Secret {}/{} is not used as it is, the keys it had are: {}",
              names.namespace(),
              names.keySecret(),
              keys.get().problem());
      return false;
    }
    use(keys.get());
    return true;
  }

  /**
   * Creates the keys. Ledgers of earlier versions are trusted and signed then, unless signed
   * ledgers exist: in that case the Secret was lost, and trusting unsigned ledgers would mean
   * trusting whoever deleted it.
   */
  private Keyring created() throws InterruptedException {
    boolean hasSigned = !ledgers.list().readings().isEmpty();
    if (hasSigned) {
      log.atError()
          .log(
              "the Secret {}/{} is missing although there are signed ledgers: a new key is created,"
                  + " and their applications are parked",
              names.namespace(),
              names.keySecret());
    }
    return secret.create(!hasSigned && old.exist());
  }

  private void use(Keyring keys) throws InterruptedException {
    ledgers.use(keys);
    if (!keys.isUsable()) {
      return;
    }
    old.carryOver(keys.isAdopting());
    sign();
    if (keys.isAdopting()) {
      secret.endAdoption();
      ledgers.use(keys.adopted());
    }
  }

  /** Signs trusted ledgers that are not signed with the current key. */
  private void sign() throws InterruptedException {
    List<StoredLedger> unsigned = new ArrayList<>();
    api.list(
        names.collection(),
        "",
        configMap ->
            names
                .application(name(configMap))
                .map(application -> ledgers.read(application, configMap))
                .ifPresent(
                    reading -> {
                      if (reading instanceof LedgerReading.Usable(StoredLedger stored)
                          && !ledgers.isSigned(stored.ledger().application(), configMap)) {
                        unsigned.add(stored);
                      }
                    }));
    for (StoredLedger stored : unsigned) {
      try {
        var unused = ledgers.write(stored, stored.ledger());
        log.atInfo()
            .addKeyValue("application", stored.ledger().application())
            .log("signed its ledger with the current key");
      } catch (LedgerMovedException e) {
        log.atDebug().setCause(e).log("a lane wrote and signed it meanwhile");
      }
    }
  }

  private static String name(JsonNode configMap) {
    return configMap.path("metadata").path("name").asText("");
  }
}

package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.manifest.Ownership;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ledgers with the names of earlier versions: without the installation, and unsigned.
 *
 * <p>A migrated one is not deleted but becomes a marker, which earlier versions can neither read as
 * a ledger nor overwrite. If a worker of an earlier version was suspended while it led, its fence
 * check stops it when it resumes.
 */
final class OldLedgers {

  private static final Logger log = LoggerFactory.getLogger(OldLedgers.class);

  private static final String MOVED_AT = "sluice.dev/moved-at";

  /** Far longer than a process can be suspended. */
  private static final Duration KEEP_MARKERS = Duration.ofDays(1);

  private static final int TRIES = 4;

  private final ClusterApi api;
  private final LedgerNames names;
  private final LedgerStore ledgers;
  private final Clock clock;

  OldLedgers(ClusterApi api, LedgerNames names, LedgerStore ledgers, Clock clock) {
    this.api = api;
    this.names = names;
    this.ledgers = ledgers;
    this.clock = clock;
  }

  private record Old(ApplicationName application, ObjectNode configMap) {

    String uid() {
      return configMap.path("metadata").path("uid").asText("");
    }

    String resourceVersion() {
      return configMap.path("metadata").path("resourceVersion").asText("");
    }
  }

  /** Returns whether an earlier version left ledgers of this installation. */
  boolean exist() throws InterruptedException {
    return !find(Ownership.INSTALLATION_LABEL).isEmpty();
  }

  /**
   * Migrates the ledgers to their new names.
   *
   * @param trusted whether they may be used; otherwise they are left alone, as are unsigned ones
   *     that an attacker may have written under an old name
   */
  void carryOver(boolean trusted) throws InterruptedException {
    for (Old each : find(Ownership.INSTALLATION_LABEL)) {
      if (trusted) {
        carryOver(each);
      } else {
        log.atWarn()
            .addKeyValue("application", each.application())
            .log(
                "ConfigMap {}/{} is an unsigned ledger of an earlier version and is not used;"
                    + " delete it, or set 'adopt' in Secret {}",
                names.namespace(),
                names.oldLedger(each.application()),
                names.keySecret());
      }
    }
  }

  /** Deletes markers that are too old for any suspended worker to find. */
  void forgetMarkers() throws InterruptedException {
    Instant before = clock.instant().minus(KEEP_MARKERS);
    for (Old marker : find(LedgerNames.MARKER)) {
      if (movedAt(marker).isBefore(before)) {
        try {
          api.delete(path(marker.application()), marker.uid(), marker.resourceVersion());
        } catch (ApiException e) {
          if (!e.isNotFound() && !e.isPreconditionFailed()) {
            throw e;
          }
        }
      }
    }
  }

  private void carryOver(Old found) throws InterruptedException {
    Optional<Old> next = Optional.of(found);
    for (int tries = 0; next.isPresent() && tries < TRIES; tries++) {
      if (!copy(next.get())) {
        return;
      }
      if (mark(next.get())) {
        log.atInfo()
            .addKeyValue("application", found.application())
            .log("its ledger has the new name {}", names.ledger(found.application()));
        return;
      }
      next = api.get(path(found.application())).map(map -> new Old(found.application(), map));
    }
  }

  /**
   * Writes the new ledger, unless there is one that is as new or newer.
   *
   * @return whether the new ledger now has the state of the old one, or a later state
   */
  private boolean copy(Old found) throws InterruptedException {
    Ledger ledger;
    try {
      ledger = LedgerCodec.decode(LedgerCodec.content(found.configMap()));
    } catch (LedgerCodec.DamagedLedgerException e) {
      copyDamaged(found);
      return true;
    }
    if (!ledger.application().equals(found.application())) {
      copyDamaged(found);
      return true;
    }
    for (int tries = 0; tries < TRIES; tries++) {
      if (!(ledgers.read(found.application())
          instanceof LedgerReading.Usable(StoredLedger present))) {
        return false;
      }
      boolean isThere = !present.resourceVersion().isEmpty();
      if (isThere && !ledger.isAfter(present.ledger())) {
        return true;
      }
      try {
        var unused = ledgers.write(present, ledger);
        return true;
      } catch (LedgerMovedException e) {
        log.atDebug().setCause(e).log("the ledger changed meanwhile; reading it again");
      }
    }
    return false;
  }

  /**
   * Copies a damaged ledger, so that its application is parked: its claims are unknown, not empty.
   */
  private void copyDamaged(Old found) throws InterruptedException {
    ObjectNode copy = Json.mapper().createObjectNode();
    copy.put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata = copy.putObject("metadata");
    metadata
        .put("name", names.ledger(found.application()))
        .put("namespace", names.namespace())
        .put("resourceVersion", ClusterApi.ABSENT);
    ObjectNode labels = metadata.putObject("labels");
    names.labels(found.application()).forEach(labels::put);
    for (String field : List.of("data", "binaryData")) {
      if (found.configMap().path(field) instanceof ObjectNode content) {
        copy.set(field, content);
      }
    }
    try {
      var unused = api.apply(names.path(found.application()), copy, true);
    } catch (ApiException e) {
      if (!e.isPreconditionFailed()) {
        throw e;
      }
    }
  }

  /** Replaces the old ledger by a marker; returns false if it was written meanwhile. */
  private boolean mark(Old found) throws InterruptedException {
    ObjectNode patch = Json.mapper().createObjectNode();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("uid", found.uid()).put("resourceVersion", found.resourceVersion());
    ObjectNode labels = metadata.putObject("labels");
    names.labels(found.application()).keySet().forEach(labels::putNull);
    labels.put(LedgerNames.MARKER, names.installation());
    metadata.putObject("annotations").put(MOVED_AT, clock.instant().toString());
    patch.putObject("data").put("moved", names.ledger(found.application()));
    patch.withObject("/data").putNull(LedgerCodec.KEY);
    patch.putNull("binaryData");
    try {
      var unused = api.patch(path(found.application()), patch);
      return true;
    } catch (ApiException e) {
      if (e.isPreconditionFailed() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  /** Lists ConfigMaps with an old name that have a label with the installation's id. */
  private List<Old> find(String label) throws InterruptedException {
    List<Old> found = new ArrayList<>();
    api.list(
        names.collection(),
        "%s=%s".formatted(label, names.installation()),
        configMap ->
            names
                .oldApplication(configMap.path("metadata").path("name").asText(""))
                .ifPresent(application -> found.add(new Old(application, configMap))));
    return found;
  }

  private static Instant movedAt(Old marker) {
    try {
      return Instant.parse(
          marker.configMap().path("metadata").path("annotations").path(MOVED_AT).asText(""));
    } catch (DateTimeException e) {
      return Instant.MAX; // written by someone else: left alone
    }
  }

  private String path(ApplicationName application) {
    return names.collection() + "/" + names.oldLedger(application);
  }
}

package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.report.Reporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and removes what a fenced worker still created: objects with an application's labels,
 * written by a generation that is not newer than its settled ledger, which the ledger does not
 * have.
 *
 * <p>The ledger is read after the object was listed, and names all that an apply is about to create
 * before it does: so nothing that a lane creates looks left over.
 */
public final class LabelSweep {

  private static final Logger log = LoggerFactory.getLogger(LabelSweep.class);

  private final ClusterName cluster;
  private final String installation;
  private final ClusterApi api;
  private final LedgerStore ledgers;
  private final Reporter reporter;
  private final OwnObjects own;

  public LabelSweep(
      ClusterName cluster,
      String installation,
      ClusterApi api,
      LedgerStore ledgers,
      Reporter reporter,
      OwnObjects own) {
    this.cluster = cluster;
    this.installation = installation;
    this.api = api;
    this.ledgers = ledgers;
    this.reporter = reporter;
    this.own = own;
  }

  /** Goes once over all kinds that were ever written. */
  public void sweep() throws InterruptedException {
    Map<ApplicationName, StoredLedger> known = ledgers.list().usable();
    Set<String> kinds = new TreeSet<>();
    known.values().forEach(stored -> kinds.addAll(stored.ledger().kinds()));
    Discovery discovery = new Discovery(api);
    Map<ApplicationName, List<ObjectChange>> swept = new TreeMap<>();
    for (String kind : kinds) {
      String apiVersion = kind.substring(0, kind.indexOf('|'));
      String name = kind.substring(kind.indexOf('|') + 1);
      Optional<ApiResource> resource = discovery.find(apiVersion, name);
      if (resource.isPresent()) {
        List<Suspect> suspects = suspects(apiVersion, name, resource.get(), known);
        if (!suspects.isEmpty() && hasNamesake()) {
          break;
        }
        for (Suspect suspect : suspects) {
          if (remove(suspect, resource.get())) {
            swept
                .computeIfAbsent(suspect.application(), _ -> new ArrayList<>())
                .add(new ObjectChange(suspect.ref(), ObjectChange.Action.DELETED));
          }
        }
      }
    }
    swept.forEach(
        (application, changes) -> {
          log.atInfo()
              .addKeyValue("cluster", cluster)
              .addKeyValue("application", application)
              .log("removed {} objects that a fenced worker had left", changes.size());
          reporter.send(new ResultEvent.Swept(cluster, application, changes), TraceParent.start());
        });
  }

  private record Suspect(ApplicationName application, ObjectRef ref, long generation) {}

  private List<Suspect> suspects(
      String apiVersion,
      String kind,
      ApiResource resource,
      Map<ApplicationName, StoredLedger> known)
      throws InterruptedException {
    List<Suspect> suspects = new ArrayList<>();
    api.listMetadata(
        resource.collection(""),
        Ownership.INSTALLATION_LABEL + "=" + installation,
        object -> {
          LiveObject live = new LiveObject(object);
          String application = live.label(Ownership.APPLICATION_LABEL);
          if (live.generation() == 0 || application.isEmpty() || live.isTerminating()) {
            return;
          }
          ObjectRef ref =
              new ObjectRef(
                  apiVersion,
                  kind,
                  object.path("metadata").path("namespace").asText(""),
                  object.path("metadata").path("name").asText(""));
          StoredLedger stored = known.get(new ApplicationName(application));
          boolean isSuspect =
              stored != null && !own.isState(ref) && isLeftOver(ref, live, stored.ledger());
          if (isSuspect) {
            suspects.add(new Suspect(stored.ledger().application(), ref, live.generation()));
          }
        });
    return suspects;
  }

  /**
   * Whether what looks left over may belong to another installation. Asked after the objects were
   * listed: whoever wrote them had written its ledger before.
   */
  private boolean hasNamesake() throws InterruptedException {
    Set<String> namespaces = ledgers.namesakes();
    if (!namespaces.isEmpty()) {
      log.atError()
          .addKeyValue("cluster", cluster)
          .log(
              "nothing is swept: an installation with the same id '{}' has ledgers in {}; give one"
                  + " of them another --installation",
              installation,
              namespaces);
    }
    return !namespaces.isEmpty();
  }

  private boolean remove(Suspect suspect, ApiResource resource) throws InterruptedException {
    String path = resource.path(suspect.ref());
    Optional<ObjectNode> found = api.get(path);
    if (found.isEmpty()) {
      return false;
    }
    LiveObject live = new LiveObject(found.get());
    boolean still =
        live.belongsTo(new Ownership(installation, suspect.application()))
            && ledgers.read(suspect.application())
                instanceof LedgerReading.Usable(StoredLedger stored)
            && isLeftOver(suspect.ref(), live, stored.ledger());
    if (!still) {
      return false;
    }
    try {
      api.delete(path, live.uid(), live.resourceVersion());
      return true;
    } catch (ApiException e) {
      if (e.isNotFound() || e.isPreconditionFailed()) {
        return false; // someone is at it; the next sweep looks again
      }
      throw e;
    }
  }

  private static boolean isLeftOver(ObjectRef ref, LiveObject live, Ledger ledger) {
    long settled = ledger.generation().map(Generation::value).orElse(0L);
    return ledger.isSettled()
        && live.generation() <= settled
        && ledger.inventory().find(ref).isEmpty();
  }
}

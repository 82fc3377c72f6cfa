package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObjectsAnswered;
import dev.sluice.contract.event.ObjectsAnswered.Node;
import dev.sluice.contract.event.QuestionEvent.ObjectsAsked;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.apply.AccountRequiredException;
import dev.sluice.worker.apply.Accounts;
import dev.sluice.worker.apply.ObjectAccess;
import dev.sluice.worker.health.HealthRules;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.plan.InventoryEntry;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the live objects of an application and, by owner references, those that controllers made
 * for them. Reads the cluster only when it is asked.
 */
public final class ObjectTree {

  /** The kinds that built-in controllers make; other owned objects are not looked for. */
  private static final List<ObjectRef> MADE_BY_CONTROLLERS =
      List.of(
          kind("apps/v1", "ReplicaSet"),
          kind("batch/v1", "Job"),
          kind("v1", "Pod"),
          kind("discovery.k8s.io/v1", "EndpointSlice"),
          kind("v1", "PersistentVolumeClaim"));

  private final Accounts accounts;
  private final LedgerStore ledgers;

  public ObjectTree(Accounts accounts, LedgerStore ledgers) {
    this.accounts = accounts;
    this.ledgers = ledgers;
  }

  /** Answers a question; a failure is part of the answer. */
  ObjectsAnswered answer(EventId question, ObjectsAsked asked) throws InterruptedException {
    try {
      Ledger ledger = ledgers.read(asked.application()).orThrow().ledger();
      Reading reading = new Reading(accounts.of(ledger.account()));
      reading.read(ledger);
      return new ObjectsAnswered(
          asked.cluster(),
          asked.application(),
          question,
          asked.by(),
          ledger.generation(),
          reading.objects.nodes(),
          reading.objects.omitted(),
          List.copyOf(reading.unlisted),
          Optional.empty());
    } catch (UnreadableLedgerException e) {
      return failed(question, asked, e.failure());
    } catch (AccountRequiredException e) {
      return failed(question, asked, e.failure());
    } catch (ApiException e) {
      return failed(question, asked, Differ.failure(asked.cluster(), e));
    }
  }

  private static ObjectsAnswered failed(EventId question, ObjectsAsked asked, Failure failure) {
    return new ObjectsAnswered(
        asked.cluster(),
        asked.application(),
        question,
        asked.by(),
        Optional.<Generation>empty(),
        List.of(),
        0,
        List.of(),
        Optional.of(failure));
  }

  private static ObjectRef kind(String apiVersion, String kind) {
    return new ObjectRef(apiVersion, kind, "", "");
  }

  private static OwnedObjects.Live live(ObjectRef ref, ObjectNode object) {
    return new OwnedObjects.Live(ref, object.at("/metadata/uid").asText(), HealthRules.of(object));
  }

  /** The objects of one answer. */
  private static final class Reading {

    private final OwnedObjects objects = new OwnedObjects();
    private final Set<String> unlisted = new TreeSet<>();
    private final ObjectAccess access;

    Reading(ObjectAccess access) {
      this.access = access;
    }

    void read(Ledger ledger) throws InterruptedException {
      List<InventoryEntry> entries = ledger.inventory().entries();
      Set<String> namespaces = new TreeSet<>();
      entries.forEach(entry -> namespaces.add(entry.ref().namespace()));
      namespaces.remove("");
      for (String namespace : namespaces) {
        for (ObjectRef kind : MADE_BY_CONTROLLERS) {
          list(kind, namespace);
        }
      }
      for (InventoryEntry entry : entries) {
        read(entry);
      }
    }

    private void read(InventoryEntry entry) throws InterruptedException {
      ObjectRef ref = entry.ref();
      try {
        Optional<ObjectNode> object = access.discovery().read(ref);
        if (object.isPresent()) {
          objects.list(live(ref, object.get()));
        } else if (!entry.mayBeGone()) {
          objects.list(new Node(ref, 0, Health.MISSING, "does not exist"));
        }
      } catch (ApiException e) {
        refused(ref, ref.namespace(), e);
        objects.list(new Node(ref, 0, Health.UNKNOWN, "cannot be read: " + e.status()));
      }
    }

    /** Notes a kind that the API server does not show, unless it shows none at the moment. */
    private void refused(ObjectRef kind, String namespace, ApiException failure) {
      if (failure.code() == ApiException.NO_ANSWER) {
        throw failure;
      }
      unlisted.add(
          "%s%s (%s)"
              .formatted(
                  kind.kind(), namespace.isEmpty() ? "" : " in " + namespace, failure.status()));
    }

    private void list(ObjectRef kind, String namespace) throws InterruptedException {
      try {
        Optional<ApiResource> resource = access.discovery().find(kind.apiVersion(), kind.kind());
        if (resource.isEmpty()) {
          return;
        }
        var unused =
            access
                .api()
                .list(
                    resource.get().collection(namespace),
                    "",
                    object -> keep(kind, namespace, object));
      } catch (ApiException e) {
        refused(kind, namespace, e);
      }
    }

    private void keep(ObjectRef kind, String namespace, ObjectNode listed) {
      JsonNode owners = listed.at("/metadata/ownerReferences");
      if (owners.isEmpty()) {
        return;
      }
      // the items of a list do not name their kind
      ObjectNode object = listed.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
      OwnedObjects.Live live =
          live(
              new ObjectRef(
                  kind.apiVersion(), kind.kind(), namespace, object.at("/metadata/name").asText()),
              object);
      owners.forEach(owner -> objects.owns(owner.path("uid").asText(), live));
    }
  }
}

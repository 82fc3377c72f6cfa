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
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.health.HealthRules;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.plan.InventoryEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  private static final int MAX_OBJECTS = 1_000;

  private final ClusterApi api;
  private final Discovery discovery;
  private final LedgerStore ledgers;

  public ObjectTree(ClusterApi api, LedgerStore ledgers) {
    this.api = api;
    this.discovery = new Discovery(api);
    this.ledgers = ledgers;
  }

  /** Answers a question; a failure is part of the answer. */
  ObjectsAnswered answer(EventId question, ObjectsAsked asked) throws InterruptedException {
    try {
      Ledger ledger = ledgers.read(asked.application()).orThrow().ledger();
      Reading reading = new Reading();
      List<Node> nodes = reading.tree(ledger);
      List<Node> listed = nodes.subList(0, Math.min(nodes.size(), MAX_OBJECTS));
      return new ObjectsAnswered(
          asked.cluster(),
          asked.application(),
          question,
          asked.by(),
          ledger.generation(),
          listed,
          nodes.size() - listed.size(),
          List.copyOf(reading.unlisted),
          Optional.empty());
    } catch (UnreadableLedgerException e) {
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

  /** A live object, reduced to what the answer needs. */
  private record Live(ObjectRef ref, String uid, ObjectHealth health) {

    static Live of(ObjectRef ref, ObjectNode object) {
      return new Live(ref, object.at("/metadata/uid").asText(), HealthRules.of(object));
    }

    Node node(int depth) {
      return new Node(ref, depth, health.health(), health.reason());
    }
  }

  /** The objects of one answer. */
  private final class Reading {

    private final Map<String, List<Live>> owned = new HashMap<>();
    private final Set<String> shown = new HashSet<>();
    private final Set<String> unlisted = new TreeSet<>();
    private final List<Node> nodes = new ArrayList<>();

    List<Node> tree(Ledger ledger) throws InterruptedException {
      List<ObjectRef> refs =
          ledger.inventory().entries().stream().map(InventoryEntry::ref).toList();
      Set<String> namespaces = new TreeSet<>();
      refs.forEach(ref -> namespaces.add(ref.namespace()));
      namespaces.remove("");
      for (String namespace : namespaces) {
        for (ObjectRef kind : MADE_BY_CONTROLLERS) {
          list(kind, namespace);
        }
      }
      owned.values().forEach(all -> all.sort(Comparator.comparing(Live::ref)));
      for (ObjectRef ref : refs) {
        Optional<ObjectNode> live = discovery.read(ref);
        if (live.isPresent()) {
          add(Live.of(ref, live.get()), 0);
        } else {
          nodes.add(new Node(ref, 0, Health.MISSING, "does not exist"));
        }
      }
      return nodes;
    }

    private void add(Live live, int depth) {
      if (shown.add(live.uid())) {
        nodes.add(live.node(depth));
        owned.getOrDefault(live.uid(), List.of()).forEach(one -> add(one, depth + 1));
      }
    }

    private void list(ObjectRef kind, String namespace) throws InterruptedException {
      Optional<ApiResource> resource = discovery.find(kind.apiVersion(), kind.kind());
      if (resource.isEmpty()) {
        return;
      }
      try {
        var unused =
            api.list(
                resource.get().collection(namespace), "", object -> keep(kind, namespace, object));
      } catch (ApiException e) {
        if (e.code() == ApiException.NO_ANSWER) {
          throw e;
        }
        unlisted.add("%s in %s (%s)".formatted(kind.kind(), namespace, e.status()));
      }
    }

    private void keep(ObjectRef kind, String namespace, ObjectNode listed) {
      JsonNode owners = listed.at("/metadata/ownerReferences");
      if (owners.isEmpty()) {
        return;
      }
      // the items of a list do not name their kind
      ObjectNode object = listed.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
      Live live =
          Live.of(
              new ObjectRef(
                  kind.apiVersion(), kind.kind(), namespace, object.at("/metadata/name").asText()),
              object);
      owners.forEach(
          owner ->
              owned.computeIfAbsent(owner.path("uid").asText(), _ -> new ArrayList<>()).add(live));
    }
  }
}

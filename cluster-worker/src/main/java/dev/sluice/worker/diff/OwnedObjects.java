package dev.sluice.worker.diff;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObjectsAnswered.Node;
import dev.sluice.worker.health.ObjectHealth;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tree of an application's objects and those that they own, by owner references. Anybody who
 * may write an object of the namespace may write these, so chains of owners may be circular or of
 * any length: each object is listed once, down to {@link #MAX_DEPTH}. For one thread.
 */
final class OwnedObjects {

  /**
   * The greatest depth of a listed object. Built-in controllers need 3: CronJob, Job, Pod, claim.
   */
  static final int MAX_DEPTH = 10;

  static final int MAX_OBJECTS = 1_000;

  private final Map<String, List<Live>> owned = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final List<Node> nodes = new ArrayList<>();
  private int omitted;

  /** A live object, reduced to what the answer needs. */
  record Live(ObjectRef ref, String uid, ObjectHealth health) {

    Node node(int depth) {
      return new Node(ref, depth, health.health(), health.reason());
    }
  }

  /** Records that an object has this owner. */
  void owns(String owner, Live object) {
    owned.computeIfAbsent(owner, _ -> new ArrayList<>()).add(object);
  }

  /** Lists an object that could not be read. */
  void list(Node node) {
    if (node.depth() > MAX_DEPTH || nodes.size() == MAX_OBJECTS) {
      omitted++;
    } else {
      nodes.add(node);
    }
  }

  /** Lists an object of the application, and after it those that it owns. */
  void list(Live root) {
    Deque<Placed> next = new ArrayDeque<>();
    next.push(new Placed(root, 0));
    while (!next.isEmpty()) {
      Placed placed = next.pop();
      if (seen.add(placed.live().uid())) {
        list(placed.live().node(placed.depth()));
        owned.getOrDefault(placed.live().uid(), List.of()).stream()
            .sorted(Comparator.comparing(Live::ref).reversed())
            .forEach(child -> next.push(new Placed(child, placed.depth() + 1)));
      }
    }
  }

  private record Placed(Live live, int depth) {}

  /** Returns the listed objects, each followed by those that it owns. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns the number of objects that are too many or too deep. */
  int omitted() {
    return omitted;
  }
}

package dev.sluice.worker.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small random sets of objects, the same for the same seed. */
final class RandomObjects {

  private static final List<List<String>> KINDS =
      List.of(
          List.of("v1", "ConfigMap"),
          List.of("v1", "Service"),
          List.of("v1", "Namespace"),
          List.of("v1", "PersistentVolumeClaim"),
          List.of("apps/v1", "Deployment"),
          List.of("apps/v1beta1", "Deployment"),
          List.of("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
          List.of("storage.k8s.io/v1", "StorageClass"),
          List.of("example.com/v1", "Thing"),
          List.of("serving.knative.dev/v1", "Service"));

  private static final List<String> ANNOTATIONS =
      List.of("sluice.dev/prune", "sluice.dev/reconcile");

  final Random random;

  RandomObjects(long seed) {
    this.random = new Random(seed);
  }

  /** Returns references to different objects. */
  List<ObjectRef> refs(int atMost) {
    Map<ObjectId, ObjectRef> refs = new LinkedHashMap<>();
    for (int i = 0; i < atMost; i++) {
      List<String> kind = KINDS.get(random.nextInt(KINDS.size()));
      ObjectRef ref =
          new ObjectRef(kind.get(0), kind.get(1), "n" + random.nextInt(2), "o" + random.nextInt(3));
      refs.putIfAbsent(ref.id(), ref);
    }
    return new ArrayList<>(refs.values());
  }

  Manifest manifest(ObjectRef ref) {
    ObjectNode content = Json.mapper().createObjectNode();
    content.put("data", random.nextInt(2));
    if (random.nextInt(5) == 0) {
      content
          .putObject("metadata")
          .putObject("annotations")
          .put(ANNOTATIONS.get(random.nextInt(ANNOTATIONS.size())), "disabled");
    }
    return new Manifest(ref, content, "random");
  }
}

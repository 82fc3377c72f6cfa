package dev.sluice.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Kind of object that several managers apply, and the places they may own in it.
 *
 * @param base configuration that a separate manager applies first, so that the object is valid
 *     regardless of the others; it contains none of the places
 */
record AppliedShape(String apiVersion, String kind, String base, List<Place> places) {

  static AppliedShape configMap() {
    List<Place> places = new ArrayList<>(labels());
    for (String key : List.of("a", "b", "c")) {
      places.add(Place.field(texts("1", "2"), "data", key));
    }
    return new AppliedShape("v1", "ConfigMap", "{}", places);
  }

  static AppliedShape service() {
    List<Place> places = new ArrayList<>(labels());
    for (int number : new int[] {80, 443, 8080}) {
      Place port = Place.field(List.of(), "spec", "ports").elementOf(portKeys("port", number));
      places.add(port);
      places.add(port.with("name", TextNode.valueOf("p" + number)).required());
      places.add(
          port.with("targetPort", IntNode.valueOf(1000), TextNode.valueOf("web"))
              .or(IntNode.valueOf(number)));
    }
    return new AppliedShape(
        "v1",
        "Service",
        "spec: {selector: {app: web}, ports: [{name: base, port: 1, protocol: TCP}]}",
        places);
  }

  static AppliedShape deployment() {
    List<Place> places = new ArrayList<>(labels());
    for (String name : List.of("one", "two")) {
      Place container =
          Place.field(List.of(), "spec", "template", "spec", "containers")
              .elementOf(JsonNodeFactory.instance.objectNode().put("name", name));
      places.add(container);
      places.add(
          container
              .with(
                  "image", TextNode.valueOf("example.org/a:1"), TextNode.valueOf("example.org/a:2"))
              .required());
      for (String variable : List.of("A", "B")) {
        Place env =
            container
                .with("env")
                .elementOf(JsonNodeFactory.instance.objectNode().put("name", variable));
        places.add(env);
        places.add(env.with("value", TextNode.valueOf("1"), TextNode.valueOf("2")));
      }
      Place port = container.with("ports").elementOf(portKeys("containerPort", 80));
      places.add(port);
      places.add(port.with("name", TextNode.valueOf("web"), TextNode.valueOf("http")));
    }
    return new AppliedShape(
        "apps/v1",
        "Deployment",
        "spec: {replicas: 0, selector: {matchLabels: {app: web}}, template: {metadata: {labels:"
            + " {app: web}}, spec: {containers: [{name: base, image: 'example.org/base:1'}]}}}",
        places);
  }

  private static List<Place> labels() {
    return List.of(
        Place.field(texts("1", "2"), "metadata", "labels", "a"),
        Place.field(texts("1", "2"), "metadata", "labels", "b"));
  }

  private static List<JsonNode> texts(String... texts) {
    return List.of(texts).stream().<JsonNode>map(TextNode::valueOf).toList();
  }

  private static ObjectNode portKeys(String field, int number) {
    return JsonNodeFactory.instance.objectNode().put(field, number).put("protocol", "TCP");
  }

  /** Returns a random intent of a manager: some of the places, with a value each. */
  Map<Place, JsonNode> randomIntent(Random random) {
    Map<Place, JsonNode> intent = new LinkedHashMap<>();
    for (Place place : places) {
      boolean possible = place.parent().map(intent::containsKey).orElse(true);
      if (possible && (place.isRequired() || random.nextBoolean())) {
        intent.put(place, place.values().get(random.nextInt(place.values().size())));
      }
    }
    return intent;
  }
}

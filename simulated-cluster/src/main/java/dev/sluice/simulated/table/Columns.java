package dev.sluice.simulated.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;

/** Columns of the built-in kinds. */
final class Columns {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Clock clock;
  private final Map<String, List<Column>> byKind;

  Columns(Clock clock) {
    this.clock = clock;
    this.byKind =
        Map.ofEntries(
            Map.entry("Namespace", List.of(text("Status", "/status/phase"))),
            Map.entry("ConfigMap", List.of(count("Data", o -> size(o, "data", "binaryData")))),
            Map.entry(
                "Secret", List.of(text("Type", "/type"), count("Data", o -> size(o, "data")))),
            Map.entry("ServiceAccount", List.of(count("Secrets", o -> size(o, "secrets")))),
            Map.entry(
                "Service",
                List.of(
                    text("Type", "/spec/type"),
                    cell("Cluster-IP", o -> or(o.at("/spec/clusterIP"), "<none>")),
                    cell("External-IP", o -> "<none>"),
                    cell("Port(s)", Columns::ports),
                    wide("Selector", o -> pairs(o.at("/spec/selector"))))),
            Map.entry(
                "Pod",
                List.of(
                    cell("Ready", Columns::readyContainers),
                    text("Status", "/status/phase"),
                    count("Restarts", o -> 0),
                    wide("IP", o -> or(o.at("/status/podIP"), "<none>")),
                    wide("Node", o -> or(o.at("/spec/nodeName"), "<none>")))),
            Map.entry(
                "Deployment",
                List.of(
                    cell("Ready", o -> of(o, "/status/readyReplicas", "/spec/replicas")),
                    count("Up-to-date", o -> o.at("/status/updatedReplicas").asInt()),
                    count("Available", o -> o.at("/status/availableReplicas").asInt()),
                    wide("Containers", o -> containers(o, "name")),
                    wide("Images", o -> containers(o, "image")),
                    wide("Selector", o -> pairs(o.at("/spec/selector/matchLabels"))))),
            Map.entry(
                "ReplicaSet",
                List.of(
                    count("Desired", o -> o.at("/spec/replicas").asInt()),
                    count("Current", o -> o.at("/status/replicas").asInt()),
                    count("Ready", o -> o.at("/status/readyReplicas").asInt()))),
            Map.entry(
                "StatefulSet",
                List.of(
                    cell("Ready", o -> of(o, "/status/readyReplicas", "/spec/replicas")),
                    wide("Containers", o -> containers(o, "name")),
                    wide("Images", o -> containers(o, "image")))),
            Map.entry(
                "DaemonSet",
                List.of(
                    count("Desired", o -> o.at("/status/desiredNumberScheduled").asInt()),
                    count("Current", o -> o.at("/status/currentNumberScheduled").asInt()),
                    count("Ready", o -> o.at("/status/numberReady").asInt()))),
            Map.entry(
                "Job",
                List.of(
                    cell("Status", Columns::jobStatus),
                    cell("Completions", o -> of(o, "/status/succeeded", "/spec/completions")))),
            Map.entry(
                "CronJob",
                List.of(
                    text("Schedule", "/spec/schedule"),
                    cell("Suspend", o -> o.at("/spec/suspend").asBoolean() ? "True" : "False"),
                    count("Active", o -> o.at("/status/active").size()))),
            Map.entry("RoleBinding", List.of(cell("Role", Columns::role))),
            Map.entry("ClusterRoleBinding", List.of(cell("Role", Columns::role))),
            Map.entry("Lease", List.of(text("Holder", "/spec/holderIdentity"))),
            Map.entry(
                "Ingress",
                List.of(
                    cell("Class", o -> or(o.at("/spec/ingressClassName"), "<none>")),
                    cell("Hosts", Columns::hosts),
                    cell("Address", o -> ""),
                    cell("Ports", o -> o.at("/spec/tls").isEmpty() ? "80" : "80, 443"))),
            Map.entry(
                "PodDisruptionBudget",
                List.of(
                    cell("Min Available", o -> or(o.at("/spec/minAvailable"), "N/A")),
                    cell("Max Unavailable", o -> or(o.at("/spec/maxUnavailable"), "N/A")),
                    count("Allowed Disruptions", o -> o.at("/status/disruptionsAllowed").asInt()))),
            Map.entry(
                "HorizontalPodAutoscaler",
                List.of(
                    cell(
                        "Reference",
                        o ->
                            o.at("/spec/scaleTargetRef/kind").asText()
                                + "/"
                                + o.at("/spec/scaleTargetRef/name").asText()),
                    count("MinPods", o -> o.at("/spec/minReplicas").asInt()),
                    count("MaxPods", o -> o.at("/spec/maxReplicas").asInt()),
                    count("Replicas", o -> o.at("/status/currentReplicas").asInt()))),
            Map.entry(
                "PersistentVolumeClaim",
                List.of(
                    text("Status", "/status/phase"),
                    text("Volume", "/spec/volumeName"),
                    cell("StorageClass", o -> or(o.at("/spec/storageClassName"), "")))),
            Map.entry(
                "CustomResourceDefinition",
                List.of(cell("Created At", o -> o.at("/metadata/creationTimestamp").asText()))));
  }

  /** Returns the columns of a built-in kind, in order. */
  List<Column> of(String kind) {
    if (kind.equals("Event")) {
      return events();
    }
    List<Column> columns = new ArrayList<>();
    columns.add(name());
    List<Column> own = byKind.getOrDefault(kind, List.of());
    own.stream().filter(c -> c.priority() == 0).forEach(columns::add);
    if (List.of("Role", "ClusterRole", "CustomResourceDefinition").contains(kind)) {
      if (columns.size() == 1) {
        columns.add(cell("Created At", o -> o.at("/metadata/creationTimestamp").asText()));
      }
    } else {
      columns.add(age());
    }
    own.stream().filter(c -> c.priority() > 0).forEach(columns::add);
    return columns;
  }

  Column name() {
    return cell("Name", o -> o.at("/metadata/name").asText());
  }

  Column age() {
    return cell(
        "Age", o -> Ages.since(o.at("/metadata/creationTimestamp").asText(), clock.instant()));
  }

  private List<Column> events() {
    return List.of(
        cell("Last Seen", o -> Ages.since(lastSeen(o), clock.instant())),
        text("Type", "/type"),
        text("Reason", "/reason"),
        cell(
            "Object",
            o ->
                o.at("/involvedObject/kind").asText().toLowerCase(java.util.Locale.ROOT)
                    + "/"
                    + o.at("/involvedObject/name").asText()),
        text("Message", "/message"));
  }

  private static String lastSeen(JsonNode event) {
    String last = event.path("lastTimestamp").asText();
    String time = last.isEmpty() ? event.path("eventTime").asText() : last;
    return time.isEmpty() ? event.at("/metadata/creationTimestamp").asText() : time;
  }

  private static Column text(String name, String pointer) {
    return cell(name, o -> o.at(pointer).asText());
  }

  private static Column cell(String name, Function<JsonNode, String> text) {
    return new Column(name, "string", 0, o -> NODES.textNode(text.apply(o)));
  }

  private static Column wide(String name, Function<JsonNode, String> text) {
    return new Column(name, "string", 1, o -> NODES.textNode(text.apply(o)));
  }

  private static Column count(String name, Function<JsonNode, Integer> number) {
    return new Column(name, "integer", 0, o -> NODES.numberNode(number.apply(o)));
  }

  private static int size(JsonNode object, String... fields) {
    int size = 0;
    for (String field : fields) {
      size += object.path(field).size();
    }
    return size;
  }

  private static String or(JsonNode value, String otherwise) {
    return value.isMissingNode() || value.isNull() || value.asText().isEmpty()
        ? otherwise
        : value.asText();
  }

  private static String of(JsonNode object, String part, String whole) {
    return object.at(part).asInt() + "/" + object.at(whole).asInt();
  }

  private static String pairs(JsonNode map) {
    StringJoiner text = new StringJoiner(",");
    text.setEmptyValue("<none>");
    map.properties().forEach(e -> text.add(e.getKey() + "=" + e.getValue().asText()));
    return text.toString();
  }

  private static String ports(JsonNode service) {
    StringJoiner text = new StringJoiner(",");
    text.setEmptyValue("<none>");
    for (JsonNode port : service.at("/spec/ports")) {
      String node = port.has("nodePort") ? ":" + port.path("nodePort").asText() : "";
      text.add(port.path("port").asText() + node + "/" + port.path("protocol").asText("TCP"));
    }
    return text.toString();
  }

  private static String containers(JsonNode object, String field) {
    StringJoiner text = new StringJoiner(",");
    object.at("/spec/template/spec/containers").forEach(c -> text.add(c.path(field).asText()));
    return text.toString();
  }

  private static String readyContainers(JsonNode pod) {
    long ready =
        pod.at("/status/containerStatuses")
            .valueStream()
            .filter(c -> c.path("ready").asBoolean())
            .count();
    return ready + "/" + pod.at("/spec/containers").size();
  }

  private static String jobStatus(JsonNode job) {
    for (JsonNode condition : job.at("/status/conditions")) {
      if (condition.path("status").asText().equals("True")) {
        return condition.path("type").asText();
      }
    }
    return job.at("/spec/suspend").asBoolean() ? "Suspended" : "Running";
  }

  private static String role(JsonNode binding) {
    return binding.at("/roleRef/kind").asText() + "/" + binding.at("/roleRef/name").asText();
  }

  private static String hosts(JsonNode ingress) {
    StringJoiner text = new StringJoiner(",");
    text.setEmptyValue("*");
    ingress
        .at("/spec/rules")
        .valueStream()
        .map(rule -> rule.path("host").asText())
        .filter(host -> !host.isEmpty())
        .forEach(text::add);
    return text.toString();
  }

  /**
   * Column of a table: its heading, its OpenAPI type, its priority and its cells.
   *
   * @param priority 0 if always shown, 1 if shown only in wide tables
   */
  record Column(String name, String type, int priority, Function<JsonNode, JsonNode> cell) {}
}

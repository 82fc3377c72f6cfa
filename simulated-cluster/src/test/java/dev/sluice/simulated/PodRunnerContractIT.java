package dev.sluice.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.runner.PodRunnerOptions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Statuses of workloads and pods that a kubelet and the controllers of Kubernetes write.
 *
 * <p>A real cluster needs a node that has the image {@code busybox:1.35}.
 */
@Tag("kubernetes")
class PodRunnerContractIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String RUNS = "{name: c, image: 'busybox:1.35', command: [sleep, '3600']}";
  private static final String ENDS = "{name: c, image: 'busybox:1.35', command: ['true']}";
  private static final String FAILS = "{name: c, image: 'busybox:1.35', command: ['false']}";
  private static final String UNREADY =
      "{name: c, image: 'busybox:1.35', command: [sleep, '3600'],"
          + " readinessProbe: {exec: {command: ['false']}}}";

  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static String namespace;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture =
        ClusterFixture.openWithPods(PodRunnerOptions.quick().withBackOff(Duration.ofMillis(300)));
    client = fixture.client();
    boolean runsPods = fixture.isSimulated() || !client.nodes().list().getItems().isEmpty();
    assumeTrue(runsPods, "the cluster has no node");
    namespace = fixture.namespace();
    manifests = new Manifests(client, namespace);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static String deployment(String name, int replicas, String container, String... spec) {
    String[] all = Arrays.copyOf(spec, spec.length + 1);
    all[spec.length] = "replicas: " + replicas;
    return workload("Deployment", name, container, all);
  }

  /** Returns a workload with further fields of its spec, each as YAML. */
  private static String workload(String kind, String name, String container, String... spec) {
    return """
    apiVersion: apps/v1
    kind: %1$s
    metadata: {name: %2$s}
    spec:
      selector: {matchLabels: {app: %2$s}}
      template:
        metadata:
          labels: {app: %2$s}
          annotations: {simulated.sluice.dev/behaviour: %3$s}
        spec: {terminationGracePeriodSeconds: 1, containers: [%4$s]}
      %5$s
    """
        .formatted(kind, name, behaviour(container), container, String.join("\n  ", spec));
  }

  private static String behaviour(String container) {
    if (container.equals(FAILS)) {
      return "crash";
    }
    return container.equals(UNREADY) ? "slow" : container.contains("pull-fails") ? "" : "run";
  }

  private static JsonNode live(String apiVersion, String kind, String name) {
    GenericKubernetesResource found =
        client
            .genericKubernetesResources(apiVersion, kind)
            .inNamespace(namespace)
            .withName(name)
            .get();
    return History.MAPPER.valueToTree(found);
  }

  private static JsonNode live(String kind, String name) {
    return live("apps/v1", kind, name);
  }

  private static List<JsonNode> all(String apiVersion, String kind, String app) {
    return client
        .genericKubernetesResources(apiVersion, kind)
        .inNamespace(namespace)
        .withLabel("app", app)
        .list()
        .getItems()
        .stream()
        .<JsonNode>map(item -> History.MAPPER.valueToTree(item))
        .toList();
  }

  private static List<JsonNode> pods(String app) {
    return all("v1", "Pod", app);
  }

  /** Returns the conditions of an object as type, status and reason. */
  private static Set<String> conditions(JsonNode object) {
    Set<String> conditions = new HashSet<>();
    for (JsonNode condition : object.at("/status/conditions")) {
      conditions.add(
          Stream.of("type", "status", "reason")
              .map(field -> condition.path(field).asText())
              .reduce("", (a, b) -> (a + " " + b).strip()));
    }
    return conditions;
  }

  private static String reason(JsonNode object, String type) {
    return StreamSupport.stream(object.at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .map(condition -> condition.path("reason").asText())
        .findFirst()
        .orElse("");
  }

  /** Returns the fields of an object's status without its conditions, by name. */
  private static String counters(JsonNode object) {
    Map<String, JsonNode> fields = new TreeMap<>();
    object
        .path("status")
        .properties()
        .forEach(field -> fields.put(field.getKey(), field.getValue()));
    fields.remove("conditions");
    return fields.toString();
  }

  private static void untilAsserted(ThrowingRunnable assertion) {
    await().atMost(PATIENCE).untilAsserted(assertion);
  }

  private static void apply(String manifest) {
    manifests.force("sluice-test", manifest);
  }

  private static void untilRolledOut(String name, int replicas) {
    untilAsserted(
        () -> {
          JsonNode live = live("Deployment", name);
          assertThat(live.at("/status/observedGeneration").asInt())
              .isEqualTo(live.at("/metadata/generation").asInt());
          assertThat(reason(live, "Progressing")).isEqualTo("NewReplicaSetAvailable");
          for (String counter : List.of("replicas", "updatedReplicas", "availableReplicas")) {
            assertThat(live.path("status").path(counter).asInt()).isEqualTo(replicas);
          }
          assertThat(live.at("/status/terminatingReplicas").asInt()).isZero();
        });
  }

  @Test
  void rollsOutADeployment() {
    try (History history = new History(client, "apps/v1", "Deployment", namespace)) {
      apply(deployment("web", 2, RUNS));
      untilRolledOut("web", 2);

      JsonNode live = live("Deployment", "web");
      assertThat(counters(live))
          .isEqualTo(
              "{availableReplicas=2, observedGeneration=1, readyReplicas=2, replicas=2,"
                  + " terminatingReplicas=0, updatedReplicas=2}");
      assertThat(conditions(live))
          .containsExactlyInAnyOrder(
              "Available True MinimumReplicasAvailable", "Progressing True NewReplicaSetAvailable");
      assertThat(live.at("/metadata/annotations").toString())
          .isEqualTo("{\"deployment.kubernetes.io/revision\":\"1\"}");
      assertThat(managers(live)).containsExactly("sluice-test", "kube-controller-manager status");
      untilAsserted(
          () ->
              assertThat(history.values("web", state -> reason(state, "Progressing")))
                  .containsExactly(
                      "NewReplicaSetCreated", "ReplicaSetUpdated", "NewReplicaSetAvailable"));
      assertThat(history.values("web", state -> reason(state, "Available")))
          .containsExactly("MinimumReplicasUnavailable", "MinimumReplicasAvailable");
    }
  }

  private static List<String> managers(JsonNode object) {
    return StreamSupport.stream(object.at("/metadata/managedFields").spliterator(), false)
        .map(
            entry ->
                (entry.path("manager").asText() + " " + entry.path("subresource").asText(""))
                    .strip())
        .toList();
  }

  @Test
  void givesADeploymentAReplicaSetAndPods() {
    apply(deployment("tree", 1, RUNS));
    untilRolledOut("tree", 1);

    JsonNode set = all("apps/v1", "ReplicaSet", "tree").getFirst();
    String hash = set.at("/metadata/labels/pod-template-hash").asText();
    assertThat(set.at("/metadata/name").asText()).isEqualTo("tree-" + hash);
    assertThat(set.at("/metadata/ownerReferences/0/kind").asText()).isEqualTo("Deployment");
    assertThat(set.at("/metadata/annotations").toString())
        .contains("\"deployment.kubernetes.io/desired-replicas\":\"1\"")
        .contains("\"deployment.kubernetes.io/max-replicas\":\"2\"")
        .contains("\"deployment.kubernetes.io/revision\":\"1\"");
    assertThat(counters(set))
        .isEqualTo(
            "{availableReplicas=1, fullyLabeledReplicas=1, observedGeneration=1, readyReplicas=1,"
                + " replicas=1, terminatingReplicas=0}");
    assertThat(managers(set))
        .containsExactly("kube-controller-manager", "kube-controller-manager status");
    JsonNode pod = pods("tree").getFirst();
    assertThat(pod.at("/metadata/name").asText()).matches("tree-" + hash + "-[a-z0-9]{5}");
    assertThat(pod.at("/metadata/ownerReferences/0/name").asText()).isEqualTo("tree-" + hash);
    assertThat(managers(pod)).containsExactly("kube-controller-manager", "kubelet status");
    assertThat(conditions(pod))
        .containsExactlyInAnyOrder(
            "PodReadyToStartContainers True",
            "Initialized True",
            "Ready True",
            "ContainersReady True",
            "PodScheduled True");
    assertThat(pod.at("/status/phase").asText()).isEqualTo("Running");
    assertThat(pod.at("/status/podIP").asText()).isNotEmpty();
    assertThat(pod.at("/status/observedGeneration").asInt()).isEqualTo(1);
    assertThat(pod.at("/status/containerStatuses/0/state/running/startedAt").asText()).isNotEmpty();
    assertThat(pod.at("/status/containerStatuses/0/ready").asBoolean()).isTrue();
    untilAsserted(
        () ->
            assertThat(events(pod.at("/metadata/name").asText()))
                .contains("Normal Scheduled", "Normal Pulled", "Normal Created", "Normal Started"));
  }

  private static Set<String> events(String name) {
    Set<String> events = new HashSet<>();
    client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> event.getInvolvedObject().getName().equals(name))
        .forEach(event -> events.add(event.getType() + " " + event.getReason()));
    return events;
  }

  @Test
  void updatesWithoutLosingReplicas() {
    String strategy = "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}";
    apply(deployment("update", 3, RUNS, strategy));
    untilRolledOut("update", 3);
    try (History history = new History(client, "apps/v1", "Deployment", namespace)) {
      apply(deployment("update", 3, RUNS.replace("3600", "3601"), strategy));
      untilRolledOut("update", 3);

      assertThat(history.of("update"))
          .extracting(state -> state.at("/status/availableReplicas").asInt())
          .allSatisfy(available -> assertThat(available).isGreaterThanOrEqualTo(3));
      assertThat(history.values("update", state -> reason(state, "Progressing")))
          .containsExactly(
              "NewReplicaSetAvailable",
              "NewReplicaSetCreated",
              "ReplicaSetUpdated",
              "NewReplicaSetAvailable");
      assertThat(revision("update")).isEqualTo("2");
    }
    assertThat(all("apps/v1", "ReplicaSet", "update")).hasSize(2);

    apply(deployment("update", 3, RUNS, strategy));
    untilAsserted(() -> assertThat(revision("update")).isEqualTo("3"));
    untilRolledOut("update", 3);
    assertThat(all("apps/v1", "ReplicaSet", "update")).hasSize(2);
  }

  private static String revision(String name) {
    return live("Deployment", name)
        .path("metadata")
        .path("annotations")
        .path("deployment.kubernetes.io/revision")
        .asText();
  }

  @Test
  void recreatesPodsAfterTheOldOnesHaveEnded() {
    String strategy = "strategy: {type: Recreate}";
    apply(deployment("recreate", 2, RUNS, strategy));
    untilRolledOut("recreate", 2);
    Set<String> old = new HashSet<>();
    pods("recreate").forEach(pod -> old.add(pod.at("/metadata/uid").asText()));
    try (History history = new History(client, "v1", "Pod", namespace)) {
      apply(deployment("recreate", 2, RUNS.replace("3600", "3601"), strategy));
      untilAsserted(() -> assertThat(revision("recreate")).isEqualTo("2"));
      untilRolledOut("recreate", 2);

      Set<String> ended = new HashSet<>();
      for (JsonNode state : history.of("recreate")) {
        String uid = state.at("/metadata/uid").asText();
        if (!old.contains(uid)) {
          assertThat(ended).containsAll(old);
        } else if (state.path("metadata").has("deletionTimestamp")) {
          ended.add(uid);
        }
      }
      assertThat(ended).isNotEmpty();
    }
  }

  @Test
  void keepsAPausedDeploymentAsItIs() {
    apply(deployment("paused", 1, RUNS, "paused: true"));
    untilAsserted(
        () -> {
          JsonNode live = live("Deployment", "paused");
          assertThat(conditions(live))
              .containsExactlyInAnyOrder(
                  "Available False MinimumReplicasUnavailable",
                  "Progressing Unknown DeploymentPaused");
          assertThat(counters(live)).isEqualTo("{observedGeneration=1, terminatingReplicas=0}");
        });
    assertThat(all("apps/v1", "ReplicaSet", "paused")).isEmpty();

    apply(deployment("paused", 1, RUNS, "paused: false"));
    untilRolledOut("paused", 1);
  }

  @Test
  void reportsAnImageThatCannotBePulled() {
    try (History history = new History(client, "v1", "Pod", namespace)) {
      apply(
          deployment(
              "pulls",
              1,
              "{name: c, image: 'sluice.test/pull-fails:1'}",
              "progressDeadlineSeconds: 3"));
      untilAsserted(
          () -> {
            JsonNode live = live("Deployment", "pulls");
            assertThat(conditions(live))
                .containsExactlyInAnyOrder(
                    "Available False MinimumReplicasUnavailable",
                    "Progressing False ProgressDeadlineExceeded");
            assertThat(counters(live))
                .isEqualTo(
                    "{observedGeneration=1, replicas=1, terminatingReplicas=0,"
                        + " unavailableReplicas=1, updatedReplicas=1}");
            assertThat(history.values("pulls", PodRunnerContractIT::waiting))
                .startsWith("ContainerCreating", "ErrImagePull", "ImagePullBackOff");
          });
    }
    JsonNode pod = pods("pulls").getFirst();
    assertThat(pod.at("/status/phase").asText()).isEqualTo("Pending");
    assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asText())
        .contains("failed to pull and unpack image \"sluice.test/pull-fails:1\"");
    assertThat(conditions(pod))
        .containsExactlyInAnyOrder(
            "PodReadyToStartContainers True",
            "Initialized True",
            "Ready False ContainersNotReady",
            "ContainersReady False ContainersNotReady",
            "PodScheduled True");
    untilAsserted(
        () ->
            assertThat(events(pod.at("/metadata/name").asText()))
                .contains("Normal Pulling", "Warning Failed", "Normal BackOff"));
  }

  private static String waiting(JsonNode pod) {
    return pod.at("/status/containerStatuses/0/state/waiting/reason").asText();
  }

  @Test
  void backsOffFromAContainerThatEnds() {
    try (History history = new History(client, "v1", "Pod", namespace)) {
      apply(deployment("crashes", 1, FAILS));
      untilAsserted(
          () ->
              assertThat(history.of("crashes"))
                  .anySatisfy(
                      pod -> {
                        JsonNode container = pod.at("/status/containerStatuses/0");
                        assertThat(waiting(pod)).isEqualTo("CrashLoopBackOff");
                        assertThat(container.at("/state/waiting/message").asText())
                            .matches(
                                "back-off \\S+ restarting failed container=c pod=crashes-\\S+"
                                    + "_%s\\(\\S+\\)".formatted(namespace));
                        assertThat(container.path("restartCount").asInt()).isPositive();
                        assertThat(container.at("/lastState/terminated/exitCode").asInt())
                            .isEqualTo(1);
                        assertThat(container.at("/lastState/terminated/reason").asText())
                            .isEqualTo("Error");
                        assertThat(container.path("ready").asBoolean()).isFalse();
                        assertThat(container.path("started").asBoolean()).isFalse();
                        assertThat(pod.at("/status/phase").asText()).isEqualTo("Running");
                        assertThat(conditions(pod)).contains("Ready False ContainersNotReady");
                      }));
      assertThat(history.of("crashes"))
          .anySatisfy(
              pod ->
                  assertThat(
                          pod.at("/status/containerStatuses/0/state/terminated/exitCode").asInt())
                      .isEqualTo(1));
    }
    String name = pods("crashes").getFirst().at("/metadata/name").asText();
    untilAsserted(() -> assertThat(events(name)).contains("Warning BackOff"));
  }

  @Test
  void waitsForAContainerThatIsNotReady() {
    apply(deployment("slow", 1, UNREADY, "progressDeadlineSeconds: 3"));
    untilAsserted(
        () -> {
          JsonNode pod = pods("slow").getFirst();
          assertThat(pod.at("/status/phase").asText()).isEqualTo("Running");
          assertThat(pod.at("/status/containerStatuses/0/started").asBoolean()).isTrue();
          assertThat(pod.at("/status/containerStatuses/0/ready").asBoolean()).isFalse();
          assertThat(conditions(pod)).contains("Ready False ContainersNotReady");
          assertThat(conditions(live("Deployment", "slow")))
              .contains("Progressing False ProgressDeadlineExceeded");
        });
  }

  @Test
  void countsAReplicaAsAvailableAfterItsDelay() {
    try (History history = new History(client, "apps/v1", "Deployment", namespace)) {
      apply(deployment("delayed", 1, RUNS, "minReadySeconds: 2"));
      untilRolledOut("delayed", 1);

      untilAsserted(
          () ->
              assertThat(
                      history.values(
                          "delayed",
                          state ->
                              state.at("/status/readyReplicas").asInt()
                                  + " ready, "
                                  + state.at("/status/availableReplicas").asInt()
                                  + " available"))
                  .containsExactly(
                      "0 ready, 0 available", "1 ready, 0 available", "1 ready, 1 available"));
    }
  }

  @Test
  void scalesADeployment() {
    apply(deployment("scaled", 1, RUNS));
    untilRolledOut("scaled", 1);
    var deployment = client.apps().deployments().inNamespace(namespace).withName("scaled");

    deployment.scale(3);
    untilRolledOut("scaled", 3);
    assertThat(all("apps/v1", "ReplicaSet", "scaled")).hasSize(1);
    deployment.scale(1);
    untilRolledOut("scaled", 1);

    untilAsserted(() -> assertThat(pods("scaled")).hasSize(1));
  }

  @Test
  void deletesThePodsOfADeployment() {
    apply(deployment("deleted", 2, RUNS));
    untilRolledOut("deleted", 2);

    client.apps().deployments().inNamespace(namespace).withName("deleted").delete();

    untilAsserted(() -> assertThat(all("apps/v1", "ReplicaSet", "deleted")).isEmpty());
    untilAsserted(() -> assertThat(pods("deleted")).isEmpty());
  }

  private static String statefulSet(
      String name, int replicas, String container, String strategyOrClaims) {
    return workload(
        "StatefulSet",
        name,
        container,
        "serviceName: " + name,
        "replicas: " + replicas,
        strategyOrClaims);
  }

  private static void untilUpdated(String name, int replicas, int updated) {
    untilAsserted(
        () -> {
          JsonNode live = live("StatefulSet", name);
          assertThat(live.at("/status/observedGeneration").asInt())
              .isEqualTo(live.at("/metadata/generation").asInt());
          assertThat(live.at("/status/replicas").asInt()).isEqualTo(replicas);
          assertThat(live.at("/status/availableReplicas").asInt()).isEqualTo(replicas);
          assertThat(live.at("/status/updatedReplicas").asInt()).isEqualTo(updated);
        });
  }

  private static int index(List<JsonNode> states, String name, Predicate<JsonNode> state) {
    for (int i = 0; i < states.size(); i++) {
      boolean same = states.get(i).at("/metadata/name").asText().equals(name);
      if (same && state.test(states.get(i))) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void createsTheReplicasOfAStatefulSetInOrder() {
    String claims =
        "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce],"
            + " resources: {requests: {storage: 1Mi}}}}]";
    try (History history = new History(client, "v1", "Pod", namespace)) {
      apply(statefulSet("db", 2, RUNS, claims));
      untilUpdated("db", 2, 2);

      untilAsserted(() -> assertThat(history.of("db-1")).isNotEmpty());
      List<JsonNode> states = history.of("db-");
      int ready = index(states, "db-0", state -> conditions(state).contains("Ready True"));
      assertThat(index(states, "db-1", state -> true)).isGreaterThan(ready);
      assertThat(ready).isPositive();
    }
    JsonNode live = live("StatefulSet", "db");
    String revision = live.at("/status/updateRevision").asText();
    assertThat(counters(live))
        .isEqualTo(
            "{availableReplicas=2, collisionCount=0, currentReplicas=2, currentRevision=\"%1$s\","
                    .formatted(revision)
                + " observedGeneration=1, readyReplicas=2, replicas=2, updateRevision=\"%1$s\","
                    .formatted(revision)
                + " updatedReplicas=2}");
    JsonNode pod = live("v1", "Pod", "db-1");
    assertThat(pod.at("/metadata/labels").toString())
        .contains("\"apps.kubernetes.io/pod-index\":\"1\"")
        .contains("\"statefulset.kubernetes.io/pod-name\":\"db-1\"")
        .contains("\"controller-revision-hash\":\"" + revision + "\"");
    untilAsserted(
        () -> {
          JsonNode claim = live("v1", "PersistentVolumeClaim", "data-db-1");
          assertThat(claim.at("/status/phase").asText()).isEqualTo("Bound");
          assertThat(claim.at("/status/capacity/storage").asText()).isEqualTo("1Mi");
          assertThat(claim.at("/spec/volumeName").asText()).startsWith("pvc-");
        });
  }

  @Test
  void updatesAStatefulSetFromItsPartition() {
    String partition = "updateStrategy: {rollingUpdate: {partition: 2}}";
    apply(statefulSet("parts", 3, RUNS, partition));
    untilUpdated("parts", 3, 3);
    String first = live("StatefulSet", "parts").at("/status/currentRevision").asText();

    apply(statefulSet("parts", 3, RUNS.replace("3600", "3601"), partition));
    untilUpdated("parts", 3, 1);

    JsonNode part = live("StatefulSet", "parts");
    assertThat(part.at("/status/currentRevision").asText()).isEqualTo(first);
    assertThat(part.at("/status/currentReplicas").asInt()).isEqualTo(2);
    assertThat(part.at("/status/updateRevision").asText()).isNotEqualTo(first);
    apply(statefulSet("parts", 3, RUNS.replace("3600", "3601"), partition.replace(": 2}", ": 0}")));
    untilUpdated("parts", 3, 3);
    untilAsserted(
        () -> {
          JsonNode whole = live("StatefulSet", "parts");
          assertThat(whole.at("/status/currentRevision").asText())
              .isEqualTo(whole.at("/status/updateRevision").asText());
          assertThat(whole.at("/status/currentReplicas").asInt()).isEqualTo(3);
        });
  }

  @Test
  void updatesAPodWhenItIsDeletedIfTheStrategySaysSo() {
    String strategy = "updateStrategy: {type: OnDelete}";
    apply(statefulSet("ondelete", 1, RUNS, strategy));
    untilUpdated("ondelete", 1, 1);
    apply(statefulSet("ondelete", 1, RUNS.replace("3600", "3601"), strategy));
    untilUpdated("ondelete", 1, 0);

    client.pods().inNamespace(namespace).withName("ondelete-0").delete();

    untilUpdated("ondelete", 1, 1);
  }

  @Test
  void runsADaemonOnEachNode() {
    apply(workload("DaemonSet", "agent", RUNS));
    untilAsserted(
        () ->
            assertThat(counters(live("DaemonSet", "agent")))
                .isEqualTo(
                    "{currentNumberScheduled=1, desiredNumberScheduled=1, numberAvailable=1,"
                        + " numberMisscheduled=0, numberReady=1, observedGeneration=1,"
                        + " updatedNumberScheduled=1}"));
    String first = pods("agent").getFirst().at("/metadata/uid").asText();

    apply(workload("DaemonSet", "agent", RUNS.replace("3600", "3601")));

    untilAsserted(
        () -> {
          JsonNode live = live("DaemonSet", "agent");
          assertThat(live.at("/status/observedGeneration").asInt()).isEqualTo(2);
          assertThat(live.at("/status/updatedNumberScheduled").asInt()).isEqualTo(1);
          assertThat(live.at("/status/numberAvailable").asInt()).isEqualTo(1);
        });
    untilAsserted(
        () ->
            assertThat(pods("agent"))
                .singleElement()
                .satisfies(
                    pod -> assertThat(pod.at("/metadata/uid").asText()).isNotEqualTo(first)));
  }

  private static String job(String name, String container, String field) {
    return """
    apiVersion: batch/v1
    kind: Job
    metadata: {name: %1$s}
    spec:
      template:
        metadata: {labels: {app: %1$s}, annotations: {simulated.sluice.dev/behaviour: %2$s}}
        spec: {restartPolicy: Never, containers: [%3$s]}
      %4$s
    """
        .formatted(name, behaviour(container), container, field);
  }

  @Test
  void completesAJob() {
    apply(job("done", ENDS, "completions: 2"));
    untilAsserted(
        () ->
            assertThat(conditions(live("batch/v1", "Job", "done")))
                .containsExactlyInAnyOrder(
                    "SuccessCriteriaMet True CompletionsReached",
                    "Complete True CompletionsReached"));

    JsonNode live = live("batch/v1", "Job", "done");
    assertThat(live.at("/status/succeeded").asInt()).isEqualTo(2);
    assertThat(live.at("/status/completionTime").asText()).isNotEmpty();
    assertThat(live.at("/status/startTime").asText()).isNotEmpty();
    assertThat(live.path("status").has("active")).isFalse();
    assertThat(live.path("status").has("failed")).isFalse();
    assertThat(live.at("/status/ready").asInt()).isZero();
    assertThat(live.at("/status/uncountedTerminatedPods").isEmpty()).isTrue();
    assertThat(managers(live)).containsExactly("sluice-test", "kube-controller-manager status");
    untilAsserted(
        () ->
            assertThat(pods("done"))
                .hasSize(2)
                .allSatisfy(
                    pod -> {
                      assertThat(pod.at("/status/phase").asText()).isEqualTo("Succeeded");
                      assertThat(conditions(pod)).contains("Ready False PodCompleted");
                      assertThat(pod.at("/metadata/finalizers").isEmpty()).isTrue();
                      JsonNode end = pod.at("/status/containerStatuses/0/state/terminated");
                      assertThat(end.path("exitCode").asInt()).isZero();
                      assertThat(end.path("reason").asText()).isEqualTo("Completed");
                    }));
    untilAsserted(() -> assertThat(events("done")).contains("Normal Completed"));
  }

  @Test
  void failsAJobAtItsLimit() {
    apply(job("fails", FAILS, "backoffLimit: 1"));
    untilAsserted(
        () ->
            assertThat(conditions(live("batch/v1", "Job", "fails")))
                .containsExactlyInAnyOrder(
                    "FailureTarget True BackoffLimitExceeded", "Failed True BackoffLimitExceeded"));

    JsonNode live = live("batch/v1", "Job", "fails");
    assertThat(live.at("/status/failed").asInt()).isEqualTo(2);
    assertThat(live.path("status").has("completionTime")).isFalse();
    assertThat(pods("fails"))
        .hasSize(2)
        .allSatisfy(
            pod -> {
              assertThat(pod.at("/status/phase").asText()).isEqualTo("Failed");
              assertThat(conditions(pod)).contains("Ready False PodFailed");
            });
    untilAsserted(() -> assertThat(events("fails")).contains("Warning BackoffLimitExceeded"));
  }

  @Test
  void suspendsAndResumesAJob() {
    apply(job("suspended", ENDS, "suspend: true"));
    untilAsserted(
        () ->
            assertThat(conditions(live("batch/v1", "Job", "suspended")))
                .containsExactly("Suspended True JobSuspended"));
    assertThat(live("batch/v1", "Job", "suspended").path("status").has("startTime")).isFalse();
    assertThat(pods("suspended")).isEmpty();

    apply(job("suspended", ENDS, "suspend: false"));

    untilAsserted(
        () ->
            assertThat(conditions(live("batch/v1", "Job", "suspended")))
                .contains("Suspended False JobResumed", "Complete True CompletionsReached"));
  }
}

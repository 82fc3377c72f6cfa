package dev.sluice.worker;

import static dev.sluice.worker.Targets.DEPLOYMENT;
import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.Generation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class DiffIT {

  private static final String SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: s}
      stringData: {password: %s}
      """;

  /** An object of the first stage that no server accepts, so that later stages are not applied. */
  private static final String HOLDS_LATER_STAGES =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: No_Name}
      """;

  private static final String READY =
      "[{\"op\": \"replace\", \"path\": \"/spec/minReadySeconds\", \"value\": 2}]";

  private static final String RESTART =
      """
      [{"op": "add", "path": "/spec/template/metadata/annotations",
        "value": {"kubectl.kubernetes.io/restartedAt": "2024-01-01T00:00:00Z"}}]
      """;

  /** The patch type that every API server decodes. */
  private static final PatchContext MERGE = PatchContext.of(PatchType.STRATEGIC_MERGE);

  private final Bench bench = new Bench();
  private final Questions questions = new Questions(bench);

  @BeforeEach
  void showDriftOnly() {
    bench.targets.showDriftOnly();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void answersThatTheLedgerIsUnreadable() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.systemNamespace)
        .withName(bench.ledgerName("web"))
        .patch(MERGE, "{\"data\": {\"ledger\": \"{\"}}");

    assertThat(ask("web").failure().orElseThrow().code()).isEqualTo(ApplyFailure.LEDGER_FORGED);
  }

  @Test
  void showsTheChangesOfAnotherApplyWithoutMakingThem() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            configMap("a", "first"),
            configMap("b", "first"),
            SECRET.formatted("hunter2")));
    bench.awaitApplied("web", 1);
    assertThat(lines(ask("web"))).isEmpty();

    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName("a")
        .patch(MERGE, "{\"data\": {\"key\": \"drifted\"}}");
    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("b").delete();
    bench
        .fixture
        .client()
        .secrets()
        .inNamespace(bench.namespace)
        .withName("s")
        .patch(MERGE, "{\"data\": {\"password\": \"b3RoZXI=\"}}");

    DiffAnswered answered = ask("web");

    assertThat(answered.generation()).contains(Generation.FIRST);
    assertThat(answered.ledgerGeneration()).contains(Generation.FIRST);
    assertThat(answered.by()).isEqualTo("cat");
    assertThat(lines(answered))
        .containsExactly(
            "CONFIGURED ConfigMap a data.key \"drifted\" -> \"first\"",
            "CREATED ConfigMap b",
            "CONFIGURED Secret s data.password *** -> ***");
    assertThat(new String(EventCodec.value(answered), StandardCharsets.UTF_8))
        .doesNotContain("b3RoZXI=", "aHVudGVyMg", "hunter2");
    assertThat(bench.value("a")).contains("drifted");
    assertThat(bench.value("b")).isEmpty();
  }

  @Test
  void showsTheFieldsOfPeopleThatAnApplyRemoves() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
    String service =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: s}
        spec: {ports: [{name: http, port: 8080, targetPort: 80}]}
        """;
    bench.targets.send(bench.targets.target("web", 1, service));
    bench.awaitApplied("web", 1);
    assertThat(lines(ask("web"))).isEmpty();
    bench
        .fixture
        .client()
        .services()
        .inNamespace(bench.namespace)
        .withName("s")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager("kubectl-edit")
                .build(),
            "[{\"op\": \"replace\", \"path\": \"/spec/ports/0/port\", \"value\": 9090}]");

    assertThat(lines(ask("web")))
        .containsExactly("CONFIGURED Service s spec.ports[0].port 9090 -> 8080");
  }

  @Test
  void namesTheFieldsOfOtherManagersAndWhatAnApplyDoesToThem() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, DEPLOYMENT.formatted("minReadySeconds: 1", "env: []")));
    bench.awaitApplied("web", 1);
    edit("kubectl-label", annotation("by-hand"));
    edit("some-controller", annotation("by-controller"));
    edit("kubectl-edit", READY);
    edit("kubectl-rollout", RESTART);
    edit("horizontal-pod-autoscaler", replicas(0));
    edit("another-operator", READY.replace("2", "3"));

    DiffAnswered answered = ask("web");

    assertThat(owned(answered))
        .contains(
            "kubectl-label TAKEN_OVER metadata.annotations.by-hand",
            "some-controller KEPT metadata.annotations.by-controller",
            "another-operator TAKEN_OVER spec.minReadySeconds",
            "kubectl-rollout KEPT"
                + " spec.template.metadata.annotations[\"kubectl.kubernetes.io/restartedAt\"]",
            "horizontal-pod-autoscaler KEPT spec.replicas")
        .noneMatch(line -> line.startsWith("sluice ") || line.contains("status"));
    assertThat(lines(answered))
        .containsExactlyInAnyOrder(
            "CONFIGURED Deployment d metadata.annotations.by-hand \"1\" -> -",
            "CONFIGURED Deployment d spec.minReadySeconds 3 -> 1");
  }

  @Test
  void namesTheElementsOfListsThatOthersOwn() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
    bench.targets.send(
        bench.targets.target(
            "web", 1, DEPLOYMENT.formatted("replicas: 0", "env: [{name: E, value: '1'}]")));
    bench.awaitApplied("web", 1);
    edit(
        "Mozilla",
        """
        [{"op": "add", "path": "/spec/template/spec/containers/0/env/-",
          "value": {"name": "F", "value": "secret"}}]
        """);
    edit("some-operator", replicas(0));

    DiffAnswered answered = ask("web");

    assertThat(owned(answered))
        .contains(
            "Mozilla TAKEN_OVER spec.template.spec.containers[0].env[1].name,"
                + " spec.template.spec.containers[0].env[1].value")
        .noneMatch(line -> line.contains("secret"));
    assertThat(lines(answered)).hasSize(1);
  }

  @Test
  void withoutForceOnlyTheFieldsOfEarlierDeploymentsAreTakenOver() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    Policy gentle = Targets.showing(new Policy(true, 50, false, Policy.DEFAULT.timeout()));
    bench.worker("one");
    bench.targets.send(
        bench.targets.target(
            "web", 1, gentle, DEPLOYMENT.formatted("minReadySeconds: 1", "env: []")));
    bench.awaitApplied("web", 1);
    edit("kubectl-client-side-apply", READY);
    edit("kubectl-client-side-apply", annotation("by-hand"));

    assertThat(lines(ask("web")))
        .hasSize(2)
        .anyMatch(line -> line.contains("by-hand") && line.endsWith(" -> -"))
        .contains("CONFIGURED Deployment d spec.minReadySeconds 2 -> 1");

    edit("kubectl-edit", READY.replace("2", "3"));
    DiffAnswered answered = ask("web");
    assertThat(lines(answered)).containsExactly("REFUSED Deployment d");
    assertThat(owned(answered))
        .contains(
            "kubectl-client-side-apply TAKEN_OVER metadata.annotations.by-hand",
            "kubectl-edit SHARED spec.minReadySeconds");
  }

  @Test
  void showsTheRemovalOfFieldsThatExcludeThoseInGit() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
    String service =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: s}
        spec: {type: %s, selector: {app: d}, ports: [{name: http, port: 80}]}
        """;
    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            DEPLOYMENT
                .formatted(
                    "replicas: 0",
                    "env: [{name: E, value: '1'}], livenessProbe: {exec: {command: [a]}}")
                .replace("containers:", "volumes: [{name: v, emptyDir: {}}]\n      containers:"),
            service.formatted("NodePort")));
    bench.awaitApplied("web", 1);
    edit(
        "some-operator",
        """
        [{"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe",
          "value": {"httpGet": {"port": 80}}}]
        """);

    bench.targets.send(
        bench.targets.target(
            "web",
            2,
            HOLDS_LATER_STAGES,
            DEPLOYMENT
                .formatted(
                    "strategy: {type: Recreate}",
                    "env: [{name: E, valueFrom: {fieldRef: {fieldPath: metadata.name}}}],"
                        + " livenessProbe: {tcpSocket: {port: 80}}")
                .replace(
                    "containers:", "volumes: [{name: v, configMap: {name: a}}]\n      containers:"),
            service.formatted("ClusterIP")));

    DiffAnswered answered = askOf(2);
    String container = "CONFIGURED Deployment d spec.template.spec.containers[0].";
    assertThat(lines(answered))
        .contains(
            "CONFIGURED Deployment d spec.strategy.type \"RollingUpdate\" -> \"Recreate\"",
            container + "env[0].value \"1\" -> -",
            "CONFIGURED Service s spec.type \"NodePort\" -> \"ClusterIP\"")
        .anyMatch(
            line ->
                line.startsWith("CONFIGURED Deployment d spec.strategy.rollingUpdate {")
                    && line.endsWith("} -> -"))
        .anyMatch(line -> line.startsWith(container + "env[0].valueFrom - -> {"))
        .anyMatch(
            line ->
                line.startsWith(container + "livenessProbe.httpGet {") && line.endsWith("} -> -"))
        .anyMatch(line -> line.startsWith(container + "livenessProbe.tcpSocket - -> {"))
        .anyMatch(
            line ->
                line.startsWith("CONFIGURED Deployment d spec.template.spec.volumes[0].emptyDir {")
                    && line.endsWith("} -> -"))
        .anyMatch(
            line ->
                line.startsWith("CONFIGURED Service s spec.ports[0].nodePort ")
                    && line.endsWith(" -> -"));
    assertThat(owned(answered)).anyMatch(line -> line.startsWith("some-operator TAKEN_OVER "));
  }

  @Test
  void showsThatAnObjectWithAChangedImmutableFieldIsReplacedIfAnAnnotationAsksForIt() {
    bench.worker("one");
    String sealed = configMap("%s", "%s") + "\nimmutable: true\n";
    String replaced = sealed.replace("metadata:\n", "metadata:\n  annotations: {%s}\n");
    bench.targets.send(
        bench.targets.target(
            "web",
            1,
            replaced.formatted("sluice.dev/replace: enabled", "a", "1"),
            sealed.formatted("b", "1"),
            replaced.formatted("kustomize.toolkit.fluxcd.io/force: enabled", "c", "1")));
    bench.awaitApplied("web", 1);
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName("c")
        .patch(MERGE, "{\"metadata\": {\"labels\": {\"sluice.dev/application\": \"other\"}}}");

    bench.targets.send(
        bench.targets.target(
            "web",
            2,
            HOLDS_LATER_STAGES,
            replaced.formatted("sluice.dev/replace: enabled", "a", "2"),
            sealed.formatted("b", "2"),
            replaced.formatted("kustomize.toolkit.fluxcd.io/force: enabled", "c", "2")));

    DiffAnswered answered = askOf(2);
    assertThat(lines(answered))
        .contains("REPLACED ConfigMap a", "REFUSED ConfigMap b", "REFUSED ConfigMap c");
    assertThat(answered.differences())
        .filteredOn(one -> one.object().name().equals("a"))
        .extracting(one -> one.message().orElseThrow())
        .allMatch(message -> message.contains("immutable"));
  }

  @Test
  void showsTheChangesOfAParkedTargetAndItsRefusedObjects() {
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    bench.awaitApplied("web", 1);
    bench.targets.send(
        bench.targets.target("web", 2, configMap("a", "second"), configMap("Not_A_Name", "x")));

    DiffAnswered answered = askOf(2);

    assertThat(answered.failure()).isEmpty();
    assertThat(lines(answered))
        .anyMatch(line -> line.startsWith("REFUSED ConfigMap Not_A_Name"))
        .contains("DELETED ConfigMap b");
    assertThat(ask("nothing").failure().orElseThrow().code()).isEqualTo(ApplyFailure.NOTHING_SENT);
  }

  @Test
  void anObjectWithoutANameOfItsOwnIsRefusedAndNothingOfTheTargetIsApplied() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    bench.awaitApplied("web", 1);
    bench.targets.send(
        bench.targets.target(
            "web",
            2,
            configMap("a", "second"),
            "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n"));

    String message =
        "web/001.yaml, document 1 (line 1) (Job) has generateName and so another name each time,"
            + " which only hooks may have: give it a metadata.name";
    Failure failure = askOf(2).failure().orElseThrow();
    assertThat(failure.code()).isEqualTo(RenderFailure.INVALID_MANIFEST);
    assertThat(failure.message()).isEqualTo(message);
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(bench.results.all(ResultEvent.Parked.class))
                    .extracting(parked -> parked.failure().message())
                    .containsExactly(message));
    assertThat(bench.value("a")).contains("first");
  }

  @Test
  void questionsFromBeforeAStartAreAnsweredButOldOrUnknownOnesAreNot() {
    bench.targets.send(bench.targets.target("web", 1, configMap("a", "first")));
    EventId old = questions.send("web", Instant.now().minusSeconds(60));
    ProducerRecord<String, byte[]> unknown =
        new ProducerRecord<>(
            bench.kafka.topics().sync(bench.cluster), 0, QuestionEvent.KEY, new byte[] {'{', '}'});
    unknown
        .headers()
        .add("ce_type", "dev.sluice.something-of-tomorrow.v1".getBytes(StandardCharsets.UTF_8));
    bench.targets.send(unknown);
    EventId waiting = questions.send("web", Instant.now().plusSeconds(60));

    bench.worker("one");

    assertThat(questions.answer(waiting).failure()).isEmpty();
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    bench.awaitApplied("web", 2);
    assertThat(bench.results.all(DiffAnswered.class))
        .extracting(DiffAnswered::question)
        .contains(waiting)
        .doesNotContain(old);
  }

  @Test
  void aLargeAnswerIsSplitIntoParts() {
    bench.worker("one");
    String[] large =
        IntStream.range(0, 20).mapToObj(i -> largeConfigMap("large" + i)).toArray(String[]::new);
    bench.targets.send(bench.targets.target("web", 1, large));
    bench.awaitApplied("web", 1);
    for (int i = 0; i < large.length; i++) {
      bench
          .fixture
          .client()
          .configMaps()
          .inNamespace(bench.namespace)
          .withName("large" + i)
          .patch(MERGE, "{\"data\": " + data("drifted") + "}");
    }

    EventId question = questions.send("web", Instant.now().plusSeconds(60));
    List<DiffAnswered> parts =
        await()
            .atMost(Bench.PATIENCE)
            .until(
                () ->
                    bench.results.all(DiffAnswered.class).stream()
                        .filter(answer -> answer.question().equals(question))
                        .toList(),
                found -> !found.isEmpty() && found.size() == found.getFirst().parts().orElse(1));

    assertThat(parts).hasSizeGreaterThan(1);
    assertThat(parts.stream().flatMap(part -> part.differences().stream())).hasSize(20);
    assertThat(parts.getFirst().omitted()).as("for readers without support for parts").isPositive();
    assertThat(parts.getLast().omitted()).isZero();
    assertThat(parts)
        .allMatch(part -> EventCodec.value(part).length < 3 * 1024 * 1024)
        .extracting(part -> part.part().orElseThrow())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, parts.size()).boxed().toList());
    bench.targets.send(bench.targets.target("other", 1, configMap("a", "first")));
    bench.awaitApplied("other", 1);
  }

  private static String largeConfigMap(String name) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: %s}
    data: %s
    """
        .formatted(name, data("wanted"));
  }

  private static String data(String value) {
    return IntStream.range(0, 200)
        .mapToObj(i -> "\"%s%03d\": \"%s\"".formatted("k".repeat(200), i, value.repeat(40)))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  /** Asks until the worker has read this generation. */
  private DiffAnswered askOf(long generation) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () -> ask("web"),
            one -> one.generation().equals(Optional.of(new Generation(generation))));
  }

  private DiffAnswered ask(String application) {
    return questions.ask(application);
  }

  private void edit(String manager, String patch) {
    bench
        .fixture
        .client()
        .apps()
        .deployments()
        .inNamespace(bench.namespace)
        .withName("d")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager(manager)
                .build(),
            patch);
  }

  private static String annotation(String name) {
    return "[{\"op\": \"add\", \"path\": \"/metadata/annotations/%s\", \"value\": \"1\"}]"
        .formatted(name);
  }

  private static String replicas(int replicas) {
    return "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": %d}]"
        .formatted(replicas);
  }

  private static List<String> owned(DiffAnswered answered) {
    return answered.otherManagers().orElseThrow().owned().stream()
        .map(
            one ->
                "%s %s %s".formatted(one.manager(), one.effect(), String.join(", ", one.fields())))
        .toList();
  }

  private static List<String> lines(DiffAnswered answered) {
    return answered.differences().stream()
        .flatMap(
            one -> {
              String object =
                  "%s %s %s".formatted(one.kind(), one.object().kind(), one.object().name());
              return one.fields().isEmpty()
                  ? List.of(object).stream()
                  : one.fields().stream()
                      .map(
                          field ->
                              "%s %s %s -> %s"
                                  .formatted(
                                      object,
                                      field.path(),
                                      field.live().orElse("-"),
                                      field.wanted().orElse("-")));
            })
        .toList();
  }
}

package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.EditedObject.Drift;
import dev.sluice.worker.EditedObject.Field;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random edits of live objects by several managers, of fields that Git states and of others: what
 * is reported is what differs, and healing puts exactly that back.
 */
@Tag("kubernetes")
final class DriftPropertyIT {

  private static final int EDITS = 40;

  /** Heals of an object that do not wait. */
  private static final int HEALS = 4;

  private static final List<EditedObject.Shape> SHAPES =
      List.of(
          new EditedObject.Shape(
              """
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web, labels: {tier: front}, annotations: {note: "n"}}
              spec:
                replicas: 0
                minReadySeconds: 5
                strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
                selector: {matchLabels: {app: web}}
                template:
                  metadata: {labels: {app: web}}
                  spec:
                    nodeSelector: {disk: fast}
                    tolerations: [{key: a, operator: Exists}]
                    containers:
                    - name: c
                      image: registry.local/web:1
                      command: [run, fast]
                      resources: {limits: {cpu: 1000m, memory: 1024Mi}}
                      env: [{name: A, value: "1"}, {name: B, value: "2"}]
                      ports: [{containerPort: 80}, {containerPort: 81, protocol: UDP}]
              """,
              List.of(
                  Field.of("metadata/labels/tier", "\"back\"", "\"front\""),
                  Field.of("metadata/annotations/note", "\"m\"", "\"n\"", "\"\""),
                  Field.of("spec/replicas", "0", "1", "2"),
                  Field.of("spec/minReadySeconds", "0", "5", "7"),
                  Field.of("spec/strategy/rollingUpdate/maxSurge", "1", "2", "\"30%\""),
                  Field.of("spec/template/spec/nodeSelector/disk", "\"slow\"", "\"fast\""),
                  Field.of("spec/template/spec/containers/name=c/image", "\"web:2\"", "\"web:3\""),
                  Field.of("spec/template/spec/containers/name=c/command", "[\"run\"]", "[]"),
                  Field.of(
                      "spec/template/spec/containers/name=c/resources/limits/cpu",
                      "\"1\"",
                      "\"1000m\"",
                      "1",
                      "\"2\""),
                  Field.of(
                      "spec/template/spec/containers/name=c/resources/limits/memory",
                      "\"1Gi\"",
                      "\"1024Mi\"",
                      "\"2Gi\""),
                  Field.of(
                      "spec/template/spec/containers/name=c/env/name=A/value", "\"1\"", "\"x\""),
                  Field.of(
                      "spec/template/spec/containers/name=c/env/name=B/value", "\"2\"", "\"y\"")),
              List.of(
                  Field.of("metadata/labels/other", "\"a\"", "\"b\""),
                  Field.of("metadata/annotations/seen", "\"a\"", "\"b\""),
                  Field.of("spec/revisionHistoryLimit", "3", "4"),
                  Field.of("spec/paused", "true", "false"),
                  Field.of("spec/template/metadata/annotations/restarted", "\"a\"", "\"b\""),
                  Field.of("spec/template/spec/priorityClassName", "\"low\"", "\"high\""),
                  Field.of("spec/template/spec/containers/name=c/imagePullPolicy", "\"Never\""),
                  Field.of("spec/template/spec/containers/name=c/env/name=Z/value", "\"z\""))),
          new EditedObject.Shape(
              """
              apiVersion: v1
              kind: Service
              metadata: {name: front}
              spec:
                selector: {app: web}
                ports: [{name: http, port: 80, targetPort: 8080}, {name: quic, port: 443, protocol: UDP}]
              """,
              List.of(
                  Field.of("spec/selector/app", "\"web\"", "\"other\""),
                  Field.of("spec/ports/port=80,protocol=TCP/targetPort", "8080", "8081", "\"web\""),
                  Field.of("spec/ports/port=80,protocol=TCP/name", "\"http\"", "\"plain\""),
                  Field.of("spec/ports/port=443,protocol=UDP/targetPort", "443", "444"),
                  Field.of("spec/ports/port=443,protocol=UDP/name", "\"quic\"", "\"udp\"")),
              List.of(
                  Field.of("metadata/annotations/seen", "\"a\"", "\"b\""),
                  Field.of("spec/sessionAffinity", "\"ClientIP\"", "\"None\""))),
          new EditedObject.Shape(
              """
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: settings}
              data: {a: "1", b: "2", c: "3"}
              """,
              List.of(
                  Field.of("data/a", "\"1\"", "\"x\""),
                  Field.of("data/b", "\"2\"", "\"y\""),
                  Field.of("data/c", "\"3\"", "\"z\"")),
              List.of(Field.of("data/other", "\"a\"", "\"b\""))));

  private Bench bench;
  private List<EditedObject> objects;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    objects = SHAPES.stream().map(shape -> new EditedObject(bench, shape)).toList();
    bench.worker("one");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void exactlyTheFieldsThatDifferAreReported(long seed) {
    apply(Targets.showing(Policy.DEFAULT));
    Random random = new Random(seed);
    Set<Map<String, Drift>> states = new HashSet<>();
    for (int i = 0; i < EDITS; i++) {
      String edit = any(random).edit(random);
      Map<String, Drift> actual = actual();
      states.add(actual);
      await()
          .atMost(Bench.PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .untilAsserted(
              () -> assertThat(reported()).as("seed %d: %s", seed, edit).isEqualTo(actual));
    }
    assertThat(bench.results.all(ObservedEvent.Drifted.class))
        .as("seed %d: each report was true at its time", seed)
        .allSatisfy(drifted -> assertThat(states).contains(reported(drifted)));
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void healingPutsBackWhatGitStates(long seed) {
    apply(Policy.DEFAULT);
    Random random = new Random(seed);
    for (int i = 0; i < HEALS; i++) {
      for (EditedObject object : objects) {
        String edit = object.edit(random);
        await()
            .atMost(Bench.PATIENCE)
            .pollInterval(Duration.ofMillis(10))
            .untilAsserted(
                () -> assertThat(object.drift()).as("seed %d: %s", seed, edit).isEmpty());
      }
    }
  }

  private void apply(Policy policy) {
    bench.targets.send(
        bench.targets.target(
            "shop",
            1,
            policy,
            objects.stream().map(EditedObject::manifest).toArray(String[]::new)));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ObservedEvent.OfHealth.class).isEmpty());
    objects.forEach(EditedObject::applied);
  }

  private EditedObject any(Random random) {
    return objects.get(random.nextInt(objects.size()));
  }

  private Map<String, Drift> actual() {
    Map<String, Drift> actual = new TreeMap<>();
    objects.forEach(object -> object.drift().ifPresent(drift -> actual.put(object.name(), drift)));
    return actual;
  }

  /** Returns the drift that is shown now. */
  private Map<String, Drift> reported() {
    return bench.results.all(ObservedEvent.class).stream()
        .filter(
            event ->
                event instanceof ObservedEvent.Drifted || event instanceof ObservedEvent.DriftEnded)
        .reduce((_, last) -> last)
        .filter(ObservedEvent.Drifted.class::isInstance)
        .map(last -> reported((ObservedEvent.Drifted) last))
        .orElse(Map.of());
  }

  private static Map<String, Drift> reported(ObservedEvent.Drifted event) {
    Map<String, Drift> reported = new TreeMap<>();
    event
        .objects()
        .forEach(
            drift ->
                reported.put(
                    drift.object().name(),
                    new Drift(
                        drift.kind(),
                        new TreeSet<>(
                            drift.fields().stream().map(ObjectDifference.Field::path).toList()))));
    return reported;
  }
}

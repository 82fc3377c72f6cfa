package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectChange.Cause;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.worker.adoption.AdoptionCheck;
import dev.sluice.worker.adoption.AdoptionRule;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.lane.Pace;
import dev.sluice.worker.live.LiveListener;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.plan.Plan;
import dev.sluice.worker.plan.Stage;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.SyncRecordReader;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Objects that are deleted and created again, since a changed field is immutable. */
@Tag("kubernetes")
class ReplacementIT {

  private static final ClusterName CLUSTER = new ClusterName("test");
  private static final int OBJECTS = 6;

  private final ClusterFixture fixture = ClusterFixture.open();
  private final String namespace = fixture.namespace();
  private final KafkaConnection kafka = KafkaFixture.provisioned(1);
  private final Ownership owner = new Ownership(namespace, new ApplicationName("web"));
  private final ClusterApi api = new ClusterApi(fixture.client(), Duration.ofSeconds(10));
  private final AtomicInteger pausing = new AtomicInteger();
  private final AtomicInteger mostPausing = new AtomicInteger();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void theLaneWaitsForOneDeletedObjectAtATime() throws Exception {
    List<String> former = new ArrayList<>();
    for (ApplyStep step : steps("1", true)) {
      former.add(uid(api.apply(path(step.ref()), step.manifest().content(), true)));
    }
    List<ApplyStep> steps = steps("2", false);
    LogEntry entry = entry();
    ObjectClaims claims = new ObjectClaims(_ -> {});
    claims.expect(entry);
    try (SyncRecordReader targets = new SyncRecordReader(kafka, CLUSTER)) {
      Discovery discovery = new Discovery(api);
      PlanRunner runner =
          new PlanRunner(
              new Clearance.Sources(claims, targets, api, discovery),
              new AdoptionCheck(api, discovery, "replacement"),
              new OwnObjects(namespace, Set.of()),
              new InvalidObjects(CLUSTER, () -> {}),
              new LiveObjects(new Unheard(), Clock.systemUTC(), _ -> false),
              Clock.systemUTC());

      PlanRunner.Run run =
          runner.run(
              plan(steps),
              entry,
              attempt(),
              stage -> {
                throw new AssertionError(stage + " waits");
              });

      List<ObjectChange> deleted = run.changes().subList(0, OBJECTS);
      assertThat(deleted).extracting(ObjectChange::action).containsOnly(Action.DELETED);
      assertThat(deleted).extracting(change -> change.cause().get()).containsOnly(Cause.REPLACED);
      assertThat(deleted)
          .extracting(change -> change.uid().get())
          .containsExactlyElementsOf(former);
      assertThat(deleted).allMatch(change -> change.versionBefore().isPresent());
      List<ObjectChange> created = run.changes().subList(OBJECTS, run.changes().size());
      assertThat(created)
          .extracting(ObjectChange::action)
          .hasSize(OBJECTS)
          .containsOnly(Action.CREATED);
      assertThat(created)
          .extracting(change -> change.uid().get())
          .doesNotContainAnyElementsOf(former);
    }
    assertThat(mostPausing).hasValue(1);
  }

  /** Lets the objects go while the attempt pauses, as their controller would. */
  private final class ReleasingPace implements Pace {

    @Override
    public Duration pause(Duration atMost, CompletableFuture<?> change) {
      mostPausing.accumulateAndGet(pausing.incrementAndGet(), Math::max);
      try {
        IntStream.range(0, OBJECTS).forEach(this::release);
      } finally {
        pausing.decrementAndGet();
      }
      return atMost;
    }

    @Override
    public void outlast(Duration atMost, CompletableFuture<?> change) {
      throw new AssertionError("no hook runs");
    }

    private void release(int number) {
      fixture
          .client()
          .configMaps()
          .inNamespace(namespace)
          .withName("a" + number)
          .patch(
              PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"metadata\": {\"finalizers\": null}}");
    }
  }

  /** Ignores what is observed. */
  private static final class Unheard implements LiveListener {

    @Override
    public void differ(ApplicationName application) {}

    @Override
    public void healthChanged(ApplicationName application) {}

    @Override
    public void kindsChanged() {}

    @Override
    public void listAgain() {}
  }

  private List<ApplyStep> steps(String value, boolean held) throws Exception {
    List<ApplyStep> steps = new ArrayList<>();
    for (int i = 0; i < OBJECTS; i++) {
      ObjectRef ref = new ObjectRef("v1", "ConfigMap", namespace, "a" + i);
      ObjectNode content =
          (ObjectNode)
              Json.mapper()
                  .readTree(
                      """
                      {"apiVersion": "v1", "kind": "ConfigMap", "immutable": true,
                       "metadata": {"name": "%s", "namespace": "%s", "finalizers": [%s],
                         "annotations": {"sluice.dev/replace": "enabled"},
                         "labels": {"%s": "%s", "%s": "web"}},
                       "data": {"key": "%s"}}
                      """
                          .formatted(
                              ref.name(),
                              namespace,
                              held ? "\"example.org/held\"" : "",
                              Ownership.INSTALLATION_LABEL,
                              namespace,
                              Ownership.APPLICATION_LABEL,
                              value));
      Manifest manifest = new Manifest(ref, content, "a.yaml");
      steps.add(
          new ApplyStep(
              manifest,
              new InventoryEntry(ref, manifest.digest(), false),
              ApplyStep.Reason.CHANGED,
              ApplyStep.Mode.APPLY));
    }
    return steps;
  }

  private static String uid(ObjectNode object) {
    return object.at("/metadata/uid").asText();
  }

  private static String path(ObjectRef ref) {
    return "/api/v1/namespaces/%s/configmaps/%s".formatted(ref.namespace(), ref.name());
  }

  private static Plan.Ready plan(List<ApplyStep> steps) {
    return new Plan.Ready(
        List.of(new Stage(Stage.Phase.SYNC, steps)),
        List.of(),
        List.of(),
        List.of(),
        new Plan.Inventories(Inventory.EMPTY, Inventory.EMPTY),
        Set.of(),
        new Plan.OtherHooks(List.of(), List.of(), List.of()));
  }

  private Attempt attempt() {
    return new Attempt(
        owner,
        Generation.FIRST,
        true,
        Optional.empty(),
        () -> {},
        new ReleasingPace(),
        new AdoptionRule(Adoption.UNOWNED, owner.installation(), Set.of()),
        EarlyReads.NONE,
        new Writes(_ -> {}),
        Policy.DEFAULT,
        Optional.empty(),
        Optional.empty());
  }

  private LogEntry entry() {
    return new LogEntry(
        new Subject(
            CLUSTER, owner.application(), Generation.FIRST, Optional.empty(), EventId.of("target")),
        false,
        "v1:web",
        Policy.DEFAULT,
        new LogEntry.Batch("batch", 1),
        TraceParent.start(),
        0,
        0,
        Instant.EPOCH,
        Instant.EPOCH);
  }
}

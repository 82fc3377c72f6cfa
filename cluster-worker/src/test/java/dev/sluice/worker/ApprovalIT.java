package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An approval releases exactly one plan. */
@Tag("kubernetes")
final class ApprovalIT {

  private final String[] ten =
      IntStream.range(0, 10).mapToObj(i -> configMap("m" + i, "x")).toArray(String[]::new);
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.worker("one");
    bench.targets.send(bench.targets.target("web", 1, ten));
    bench.awaitApplied("web", 1);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void theApprovedPlanIsExecuted() {
    SyncEvent.Target fewer = send(2, 4);
    DeletionPlan plan = awaitHeld(2);
    assertThat(plan.commit()).contains(fewer.commit());
    assertThat(plan.deletions()).hasSize(6);
    assertThat(plan.deletions().getFirst().uid()).isEqualTo(uid("m4"));
    assertThat(bench.results.all(DeadLetterEvent.Opened.class).getLast().failure().plan())
        .contains(plan);

    bench.targets.send(Targets.approved(fewer, 3, plan));

    ResultEvent.Applied applied = bench.awaitApplied("web", 3);
    assertThat(applied.changes())
        .filteredOn(change -> change.action() == Action.DELETED)
        .extracting(ObjectChange::object)
        .hasSize(6);
    assertThat(bench.value("m4")).isEmpty();
    assertThat(bench.value("m0")).contains("x");
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Closed.class).isEmpty());
  }

  @Test
  void anApprovalDoesNotCoverLaterContent() {
    send(2, 4);
    DeletionPlan seenPlan = awaitHeld(2);

    // while a person reads the plan, a commit arrives that deletes nine of ten
    bench.targets.send(
        Targets.approved(bench.targets.target("web", 3, Arrays.copyOf(ten, 1)), 3, seenPlan));

    DeletionPlan plan = awaitHeld(3);
    assertThat(plan.digest()).isNotEqualTo(seenPlan.digest());
    assertThat(plan.deletions()).hasSize(9);
    assertThat(IntStream.range(0, 10).mapToObj(i -> bench.value("m" + i)))
        .allMatch(Optional::isPresent);
  }

  @Test
  void anApprovalDoesNotCoverOtherContentThatDeletesTheSame() {
    send(2, 4);
    DeletionPlan seenPlan = awaitHeld(2);
    String[] others = Arrays.copyOf(ten, 5);
    others[4] = configMap("new", "y");

    bench.targets.send(Targets.approved(bench.targets.target("web", 3, others), 3, seenPlan));

    awaitHeld(3);
    assertThat(bench.value("m4")).contains("x");
    assertThat(bench.value("new")).isEmpty();
  }

  @Test
  void anObjectRecreatedAfterTheApprovalIsNotDeleted() {
    SyncEvent.Target fewer = send(2, 4);
    DeletionPlan seenPlan = awaitHeld(2);
    var maps = bench.fixture.client().configMaps().inNamespace(bench.namespace);
    var old = maps.withName("m4").get();
    maps.withName("m4").delete();
    old.getMetadata().setUid(null);
    old.getMetadata().setResourceVersion(null);
    old.getMetadata().setManagedFields(null);
    maps.resource(old).serverSideApply(); // 1.20 may panic on labels created as JSON

    bench.targets.send(Targets.approved(fewer, 3, seenPlan));

    DeletionPlan plan = awaitHeld(3);
    assertThat(plan.deletions().getFirst().uid()).isEqualTo(uid("m4"));
    assertThat(bench.value("m9")).contains("x");
  }

  @Test
  void anApprovalWithoutAPlanApprovesNothing() {
    SyncEvent.Target fewer = send(2, 4);
    awaitHeld(2);

    bench.targets.send(
        new SyncEvent.Target(
            fewer.application(),
            fewer.cluster(),
            fewer.generation().next(),
            fewer.spec(),
            fewer.sources(),
            true,
            fewer.inputDigest(),
            fewer.provenance()));

    awaitHeld(3);
    assertThat(bench.value("m9")).contains("x");
  }

  private SyncEvent.Target send(long generation, int objects) {
    SyncEvent.Target target = bench.targets.target("web", generation, Arrays.copyOf(ten, objects));
    bench.targets.send(target);
    return target;
  }

  private DeletionPlan awaitHeld(long generation) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .filter(parked -> parked.subject().generation().value() == generation)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow()
        .failure()
        .plan()
        .orElseThrow();
  }

  private String uid(String configMap) {
    return bench.object(configMap).orElseThrow().getMetadata().getUid();
  }
}

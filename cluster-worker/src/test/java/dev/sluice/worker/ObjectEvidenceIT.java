package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectChange.Cause;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The results say which object was changed, from which version to which, and why. */
@Tag("kubernetes")
class ObjectEvidenceIT {

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aChangeNamesUidVersionsAndDigest() {
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
    bench.targets.send(
        bench.targets.target("web", 1, configMap("a", "first"), configMap("b", "first")));
    ObjectChange created = change(bench.awaitApplied("web", 1), "a");
    ObjectMeta first = metadata("a");
    assertThat(created.action()).isEqualTo(Action.CREATED);
    assertThat(created.uid()).contains(first.getUid());
    assertThat(created.versionBefore()).isEmpty();
    assertThat(created.versionAfter()).contains(first.getResourceVersion());
    assertThat(created.digest().orElseThrow()).matches("[0-9a-f]{64}");
    assertThat(created.takenFrom()).isEmpty();
    String uidOfB = metadata("b").getUid();

    edit("a", "kubectl");
    String edited = metadata("a").getResourceVersion();
    SyncEvent.Target second = bench.targets.target("web", 2, configMap("a", "second"));
    bench.targets.send(second);
    ResultEvent.Applied applied = bench.awaitApplied("web", 2);
    ObjectChange configured = change(applied, "a");
    assertThat(configured.action()).isEqualTo(Action.CONFIGURED);
    assertThat(configured.versionBefore()).contains(edited);
    assertThat(configured.versionAfter()).contains(metadata("a").getResourceVersion());
    assertThat(configured.digest()).isPresent().isNotEqualTo(created.digest());
    assertThat(configured.takenFrom()).contains(List.of("kubectl"));
    ObjectChange deleted = change(applied, "b");
    assertThat(deleted.action()).isEqualTo(Action.DELETED);
    assertThat(deleted.cause()).contains(Cause.UNDECLARED);
    assertThat(deleted.uid()).contains(uidOfB);
    assertThat(deleted.versionBefore()).isPresent();
    assertThat(deleted.versionAfter()).isEmpty();

    bench.targets.send(Targets.again(second, 3));
    ObjectChange again = change(bench.awaitApplied("web", 3), "a");
    assertThat(again.action()).isEqualTo(Action.REASSERTED);
    assertThat(again.digest()).isEqualTo(configured.digest());
    assertThat(again.versionBefore()).isEqualTo(configured.versionAfter());

    bench.targets.send(bench.targets.removal("web", 4, false));
    Awaitility.await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ResultEvent.Removed.class).isEmpty());
    ObjectChange removed =
        bench.results.all(ResultEvent.Removed.class).getFirst().changes().getFirst();
    assertThat(removed.cause()).contains(Cause.APPLICATION_REMOVED);
    assertThat(removed.uid()).isEqualTo(created.uid());
  }

  private static ObjectChange change(ResultEvent.Applied applied, String name) {
    return applied.changes().stream()
        .filter(change -> change.object().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private ObjectMeta metadata(String name) {
    return bench.object(name).orElseThrow().getMetadata();
  }

  /** Adds data that Git does not state. */
  private void edit(String name, String manager) {
    bench
        .fixture
        .client()
        .configMaps()
        .inNamespace(bench.namespace)
        .withName(name)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager(manager)
                .build(),
            "[{\"op\": \"add\", \"path\": \"/data/extra\", \"value\": \"by hand\"}]");
    assertThat(Optional.ofNullable(bench.object(name).orElseThrow().getData().get("extra")))
        .contains("by hand");
  }
}

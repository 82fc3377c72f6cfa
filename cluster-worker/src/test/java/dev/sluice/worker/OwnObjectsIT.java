package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerKeySecret;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No application overwrites or deletes the worker's own state. */
@Tag("kubernetes")
class OwnObjectsIT {

  private static final String LEASE =
      """
      apiVersion: coordination.k8s.io/v1
      kind: Lease
      metadata: {name: sluice-worker-%1$s, namespace: %1$s}
      spec: {holderIdentity: nobody}
      """;

  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aManifestForTheLeaseIsRefusedBeforeAnythingIsWritten() {
    ClusterWorker worker = bench.worker("one");
    bench.targets.send(
        bench.targets.target(
            "web", 1, configMap("a", "first"), LEASE.formatted(bench.systemNamespace)));

    DeadLetterEvent.Opened opened = awaitOpened("test/web/1");
    assertThat(opened.failure().code()).isEqualTo(RenderFailure.OWN_OBJECT);
    assertThat(opened.failure().message())
        .startsWith("web/001.yaml, document 1 (line 1): Lease ")
        .contains("what Sluice keeps about itself");
    assertThat(bench.value("a")).isEmpty();
    assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("one");
    assertThat(worker.status()).isEqualTo(WorkerStatus.LEADING);
  }

  @Test
  void aLedgerNameBuiltByKustomizeIsRefused() {
    bench.worker("one");
    bench.targets.send(bench.targets.target("other", 1, configMap("b", "first")));
    bench.awaitApplied("other", 1);

    bench.targets.send(
        Targets.withSource(
            bench.targets.target("web", 1),
            "web",
            SourceType.KUSTOMIZE,
            List.of(
                new InputFile.Text(
                    "web/kustomization.yaml",
                    false,
                    """
                    namespace: %1$s
                    namePrefix: sluice-ledger.%1$s.
                    generatorOptions: {disableNameSuffixHash: true}
                    configMapGenerator: [{name: other, literals: [ledger=x]}]
                    """
                        .formatted(bench.systemNamespace)))));

    assertThat(awaitOpened("test/web/1").failure().code()).isEqualTo(RenderFailure.OWN_OBJECT);
    bench.targets.send(bench.targets.target("other", 2, configMap("b", "second")));
    bench.awaitApplied("other", 2);
  }

  @Test
  void onlyAnApplicationThatDeploysSluiceWritesIntoTheSystemNamespace() {
    bench.worker("one");
    String there = configMap("settings", "x").replace("metadata:", "metadata:\n  namespace: %s");

    bench.targets.send(
        bench.targets.target("web", 1, there.formatted(bench.systemNamespace)),
        bench.targets.target(Bench.DEPLOYER, 1, there.formatted(bench.systemNamespace)));

    bench.awaitApplied(Bench.DEPLOYER, 1);
    assertThat(awaitOpened("test/web/1").failure().message()).contains("--deploys-sluice");
  }

  @Test
  void ownObjectsAppliedByAnEarlierVersionAreDroppedAndNotPruned() throws Exception {
    bench.fixture.assumeJsonOfBuiltInKinds();
    try (ClusterWorker first = bench.worker("one")) {
      await().atMost(Bench.PATIENCE).until(() -> first.status() == WorkerStatus.LEADING);
    }
    ClusterApi api = new ClusterApi(bench.fixture.client(), Duration.ofSeconds(10));
    LedgerStore ledgers =
        new LedgerStore(
            api,
            bench.ledgerNames(),
            new LedgerKeySecret(api, bench.ledgerNames()).read().orElseThrow());
    ObjectRef lease =
        new ObjectRef(
            "coordination.k8s.io/v1",
            "Lease",
            bench.systemNamespace,
            "sluice-worker-" + bench.installation());
    ApplicationName web = new ApplicationName("web");
    Ledger.Header header =
        new Ledger.Header(
            new Generation(1), false, Optional.of(new CommitId("a".repeat(40))), "v1:web1");
    var unused =
        ledgers.write(
            ledgers.read(web).orThrow(),
            Ledger.unknown(web)
                .begin(header, Inventory.EMPTY, Set.of(lease))
                .finish(
                    header,
                    new Inventory(List.of(new InventoryEntry(lease, "digest", false))),
                    new Ledger.Finished(Instant.EPOCH, Optional.empty())));
    bench
        .fixture
        .client()
        .leases()
        .inNamespace(bench.systemNamespace)
        .withName(lease.name())
        .edit(
            found -> {
              found
                  .getMetadata()
                  .setLabels(
                      Map.of(
                          "sluice.dev/application",
                          "web",
                          "sluice.dev/installation",
                          bench.installation()));
              return found;
            });
    String uid = lease().getMetadata().getUid();

    bench.worker("two");
    bench.targets.send(bench.targets.target("web", 2, configMap("a", "second")));
    ResultEvent.Applied applied = bench.awaitApplied("web", 2);

    assertThat(applied.changes())
        .extracting(change -> change.object().kind() + " " + change.action())
        .containsExactly("ConfigMap CREATED", "Lease SKIPPED");
    assertThat(lease().getMetadata().getUid()).isEqualTo(uid);
  }

  private Lease lease() {
    return bench
        .fixture
        .client()
        .leases()
        .inNamespace(bench.systemNamespace)
        .withName("sluice-worker-" + bench.installation())
        .require();
  }

  private DeadLetterEvent.Opened awaitOpened(String entry) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(DeadLetterEvent.Opened.class).stream()
                    .filter(opened -> opened.entry().value().equals(entry))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }
}

package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.worker.leadership.LeaseTimes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Applications with many objects, and objects near the largest that etcd stores. */
@Tag("kubernetes")
final class LargeApplicationIT {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Objects in a file of an application. */
  private static final int PER_FILE = 250;

  /** The sizes of the largest ConfigMap, and of an object that is just below etcd's 1.5 MiB. */
  private static final int LARGEST_CONFIG_MAP = 1024 * 1024;

  private static final int NEAR_THE_LIMIT = 1_400 * 1024;

  private final Bench bench = new Bench();
  private final Requests requests = new Requests();

  @BeforeEach
  void prepare() {
    // as in production: a simulated server does one thing at a time, also while it lists thousands
    bench.lease =
        new LeaseTimes(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    bench.defineKind("large.example.com", "Blob");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void appliesAThousandObjectsAndLargeOnesOnceAndRemovesThem() {
    List<String> files = files(1_000, 1_400);
    files.add(Targets.configMap("largest", "x".repeat(LARGEST_CONFIG_MAP)));
    files.add(
        """
        apiVersion: large.example.com/v1
        kind: Blob
        metadata: {name: near-the-limit}
        spec: {text: "%s"}
        """
            .formatted("x".repeat(NEAR_THE_LIMIT)));

    appliesOnceAndRemoves(files, 1_002);
  }

  @Test
  void appliesFiveThousandObjectsOnceAndRemovesThem() {
    appliesOnceAndRemoves(files(5_000, 100), 5_000);
  }

  /** Random names, which cannot be compressed. */
  @Test
  void writesNothingOfAnApplicationThatItsLedgerCannotHold() {
    Random random = new Random(1);
    List<String> files = files(9_000, 6, _ -> new BigInteger(500, random).toString(16));
    bench.worker("one", requests);

    bench.targets.send(bench.targets.target("large", 1, files.toArray(String[]::new)));

    awaitResult(ResultEvent.Parked.class, 1);
    Failure failure = bench.awaitParked("large");
    assertThat(failure.code()).isEqualTo(ApplyFailure.LEDGER_TOO_LARGE);
    assertThat(failure.message()).contains("9000 objects", "768 KiB", "Nothing was written");
    assertThat(live()).isZero();
  }

  private void appliesOnceAndRemoves(List<String> files, int objects) {
    SyncEvent.Target target = bench.targets.target("large", 1, files.toArray(String[]::new));
    ClusterWorker first = bench.worker("one", requests);

    bench.targets.send(target);
    awaitResult(ResultEvent.Applied.class, 1);

    assertThat(live()).isEqualTo(objects);
    requests.clear();

    bench.targets.send(Targets.withDigest(Targets.again(target, 2), "v1:other"));
    awaitResult(ResultEvent.Unchanged.class, 2);

    assertThat(requests.writes()).as("only the ledger is written").allMatch(this::isOfLedger);
    first.close();
    requests.clear();

    bench.worker("two", requests);
    bench.targets.send(bench.targets.removal("large", 3, false));
    awaitResult(ResultEvent.Removed.class, 3);

    assertThat(live()).isZero();
    assertThat(requests.writes())
        .filteredOn(line -> !line.startsWith("DELETE"))
        .as("a worker that starts writes no unchanged object")
        .allMatch(this::isOfLedger);
  }

  private boolean isOfLedger(String request) {
    return request.endsWith("/configmaps/" + bench.ledgerName("large"));
  }

  private void awaitResult(Class<? extends ResultEvent.OfTarget> result, long generation) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                bench.results.all(result).stream()
                    .anyMatch(event -> event.subject().generation().value() == generation));
  }

  /** Returns the number of the application's objects in the cluster. */
  private int live() {
    KubernetesClient client = bench.fixture.client();
    return client
            .configMaps()
            .inNamespace(bench.namespace)
            .withLabel("sluice.dev/application", "large")
            .withoutLabel("sluice.dev/ledger")
            .list()
            .getItems()
            .size()
        + client
            .genericKubernetesResources("large.example.com/v1", "Blob")
            .inNamespace(bench.namespace)
            .list()
            .getItems()
            .size();
  }

  /** Returns files with ConfigMaps whose manifests have about this size each. */
  private static List<String> files(int objects, int bytes) {
    return files(objects, bytes, i -> "m" + i);
  }

  private static List<String> files(int objects, int bytes, IntFunction<String> names) {
    List<String> files = new ArrayList<>();
    for (int from = 0; from < objects; from += PER_FILE) {
      StringBuilder file = new StringBuilder();
      for (int i = from; i < from + PER_FILE; i++) {
        file.append("---\n")
            .append(Targets.configMap(names.apply(i), "value ".repeat(bytes / 6) + i));
      }
      files.add(file.toString());
    }
    return files;
  }
}

package dev.sluice.benchmarks.live;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * The calls that a worker makes for the first sync of applications, without a worker: reads of the
 * objects' metadata, the ledger with the intent, the objects, the ledger when it is done. As many
 * applications at once as the worker has lanes; the calls of each are made one after the other.
 */
final class SameCalls {

  private static final int AT_ONCE = 16;

  /** About the size of the ledger of four objects. */
  private static final String LEDGER =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: ledger-%1$s}
      data: {phase: %2$s, content: "%3$s"}
      """;

  private SameCalls() {}

  /** Returns the seconds until the calls are answered, and until all Deployments are available. */
  static double[] run(WorkerRig rig, int applications) throws Exception {
    RawApi api = new RawApi(rig.client());
    String core = "/api/v1/namespaces/%s/".formatted(rig.namespace());
    String apps = "/apis/apps/v1/namespaces/%s/".formatted(rig.namespace());
    CountDownLatch available = new CountDownLatch(applications);
    Semaphore free = new Semaphore(AT_ONCE);
    try (ChangeWatch watch = new ChangeWatch(rig.client(), rig.namespace());
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < applications; i++) {
        String name = SampleApplications.name(i);
        var unused = watch.expect(name, SameCalls::isAvailable).thenRun(available::countDown);
        calls.add(
            executor.submit(
                () -> {
                  free.acquire();
                  try {
                    List<String> manifests = SampleApplications.manifests(name, 1);
                    api.getMissing(core + "serviceaccounts/" + name).get();
                    api.getMissing(core + "configmaps/" + name).get();
                    api.getMissing(core + "services/" + name).get();
                    api.getMissing(apps + "deployments/" + name).get();
                    apply(api, core + "configmaps/ledger-" + name, ledger(name, "applying"));
                    apply(api, core + "serviceaccounts/" + name, manifests.get(3));
                    apply(api, core + "configmaps/" + name, manifests.get(2));
                    apply(api, core + "services/" + name, manifests.get(1));
                    apply(api, apps + "deployments/" + name, manifests.get(0));
                    apply(api, core + "configmaps/ledger-" + name, ledger(name, "done"));
                    return null;
                  } finally {
                    free.release();
                  }
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
      double answered = (System.nanoTime() - start) / 1e9;
      available.await();
      return new double[] {answered, (System.nanoTime() - start) / 1e9};
    }
  }

  /**
   * Returns the seconds until the calls are answered that applications of ConfigMaps cannot do
   * without: their applies, and two of the ledger.
   */
  static double ofConfigMaps(WorkerRig rig, int applications) throws Exception {
    RawApi api = new RawApi(rig.client());
    String maps = "/api/v1/namespaces/%s/configmaps/".formatted(rig.namespace());
    Semaphore free = new Semaphore(AT_ONCE);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < applications; i++) {
        String name = SampleApplications.name(i);
        calls.add(
            executor.submit(
                () -> {
                  free.acquire();
                  try {
                    List<String> manifests = SampleApplications.configMaps(name);
                    apply(api, maps + "ledger-" + name, ledger(name, "applying"));
                    for (int object = 0; object < manifests.size(); object++) {
                      apply(api, "%s%s-%d".formatted(maps, name, object), manifests.get(object));
                    }
                    apply(api, maps + "ledger-" + name, ledger(name, "done"));
                    return null;
                  } finally {
                    free.release();
                  }
                }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static boolean isAvailable(ChangeWatch.Seen seen) {
    var status = seen.deployment().getStatus();
    return status != null && Integer.valueOf(1).equals(status.getAvailableReplicas());
  }

  private static String ledger(String name, String phase) {
    return LEDGER.formatted(name, phase, "0123456789".repeat(120));
  }

  private static void apply(RawApi api, String path, String manifest) throws Exception {
    var unused = api.apply(path, manifest).get();
  }
}

package dev.sluice.benchmarks.live;

import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.ObservedRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The requests of the worker to a simulated cluster, by method and kind, without Leases. */
final class RequestCounts {

  private final Map<String, Long> counts = new ConcurrentSkipListMap<>();

  private RequestCounts() {}

  /** Counts the requests of a cluster from now on. */
  static RequestCounts of(SimulatedCluster cluster) {
    RequestCounts requests = new RequestCounts();
    var unused =
        cluster
            .faults()
            .inject(
                request -> {
                  requests.count(request);
                  return false;
                },
                new Fault.CutBefore());
    return requests;
  }

  private void count(ObservedRequest request) {
    boolean isWorker =
        request.userAgent().contains("fabric8")
            && !RawApi.MANAGER.equals(request.parameters().get("fieldManager"));
    if (isWorker && !request.path().contains("/leases/")) {
      counts.merge(text(request), 1L, Long::sum);
    }
  }

  private static String text(ObservedRequest request) {
    String[] path = request.path().split("/", -1);
    boolean isCore = path.length > 1 && path[1].equals("api");
    int start = isCore ? 3 : 4;
    if (path.length <= start) {
      return "discovery";
    }
    boolean isNamespaced = path[start].equals("namespaces") && path.length > start + 2;
    int kind = isNamespaced ? start + 2 : start;
    boolean isObject = path.length > kind + 1;
    String verb =
        request.isWatch() ? "WATCH" : isObject || request.isWrite() ? request.method() : "LIST";
    return verb + " " + path[kind];
  }

  void clear() {
    counts.clear();
  }

  /** Returns the numbers of requests since {@link #clear}. */
  Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}

package dev.sluice.benchmarks.live;

import dev.sluice.benchmarks.measure.Child;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Figures about a worker, which are printed as they are measured. */
final class ObservationFigures {

  private final Map<String, Object> all = new LinkedHashMap<>();

  ObservationFigures(int applications) {
    add("applications", applications);
    add("objects", applications * SampleApplications.OBJECTS);
  }

  /** A time during which something is measured. */
  interface Period {
    void pass() throws Exception;
  }

  void add(String name, Object value) {
    all.put(name, value);
    System.out.println(name + ": " + value);
  }

  void memory(String when, Child worker) throws IOException {
    add("memory " + when, worker.memory());
  }

  void rate(double perMinute) {
    add("updates in a minute", Math.round(perMinute));
  }

  void requests(String when, RequestCounts requests) {
    add("requests " + when, requests.counts());
  }

  /** Measures the processor time during a period, in percent of a core. */
  void processor(String when, Child worker, Period period) throws Exception {
    long start = System.nanoTime();
    long before = worker.cpu().toNanos();
    period.pass();
    double share = 100.0 * (worker.cpu().toNanos() - before) / (System.nanoTime() - start);
    add("percent of a core " + when, Math.round(share * 100) / 100.0);
  }

  Map<String, Object> all() {
    return all;
  }
}

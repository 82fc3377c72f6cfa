package dev.sluice.benchmarks.receiver;

import java.time.Duration;

/**
 * What a run of requests came to.
 *
 * @param failures answers other than 202
 * @param serverCpuMicros CPU time that the server's process took for each request
 */
record LoadResult(
    int requests,
    int failures,
    double seconds,
    double p50Millis,
    double p99Millis,
    double p999Millis,
    double serverCpuMicros) {

  /** The same with what the server took for all of it. */
  LoadResult servedIn(Duration cpu) {
    return new LoadResult(
        requests,
        failures,
        seconds,
        p50Millis,
        p99Millis,
        p999Millis,
        cpu.toNanos() / 1e3 / requests);
  }

  double perSecond() {
    return requests / seconds;
  }
}

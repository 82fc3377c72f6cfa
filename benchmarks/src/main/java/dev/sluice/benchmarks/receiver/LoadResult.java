package dev.sluice.benchmarks.receiver;

import java.time.Duration;

/**
 * Figures of a run of requests.
 *
 * @param failures number of answers other than 202
 * @param serverCpuMicros CPU time of the server's process per request
 */
record LoadResult(
    int requests,
    int failures,
    double seconds,
    double p50Millis,
    double p99Millis,
    double p999Millis,
    double serverCpuMicros) {

  /** Returns this result with the CPU time that the server used for all requests. */
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

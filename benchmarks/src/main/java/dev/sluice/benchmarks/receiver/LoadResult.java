package dev.sluice.benchmarks.receiver;

/**
 * What a run of requests came to.
 *
 * @param failures answers other than 202
 */
record LoadResult(
    int requests,
    int failures,
    double seconds,
    double p50Millis,
    double p99Millis,
    double p999Millis) {

  double perSecond() {
    return requests / seconds;
  }
}

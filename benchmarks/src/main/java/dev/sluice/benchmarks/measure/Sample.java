package dev.sluice.benchmarks.measure;

import java.util.Arrays;
import java.util.List;

/** Measured times in milliseconds, sorted. */
public final class Sample {

  private final double[] sorted;

  private Sample(double[] sorted) {
    this.sorted = sorted;
  }

  /** Returns a sample of at least one value. */
  public static Sample of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    return new Sample(values.stream().mapToDouble(Double::doubleValue).sorted().toArray());
  }

  /** Returns a percentile of the sample (nearest rank). */
  public double percentile(double percent) {
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }

  public double median() {
    return percentile(50);
  }

  public double least() {
    return sorted[0];
  }

  public double most() {
    return sorted[sorted.length - 1];
  }

  @Override
  public String toString() {
    return Arrays.toString(sorted);
  }
}

package dev.sluice.benchmarks.live;

import dev.sluice.benchmarks.measure.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The times of heals, and of the least that is possible, which are measured in turns. */
final class HealTimes {

  private final List<Heal> heals = new ArrayList<>();

  /**
   * One heal; milliseconds since the change was answered.
   *
   * @param watch until a watch showed the change of an object that is not Sluice's
   * @param apply the duration of the call that puts this object back
   * @param healed until a watch showed that the worker had put its object back
   */
  record Heal(double watch, double apply, double healed) {

    /** Returns the least that is possible: a watch shows the change, and one call follows. */
    double floor() {
      return watch + apply;
    }
  }

  void add(Heal heal) {
    heals.add(heal);
  }

  /** Returns the figures of all but the first heals. */
  Figures after(int warmUp) {
    List<Heal> counted = heals.subList(Math.min(warmUp, heals.size() - 1), heals.size());
    Sample floor = sample(counted, Heal::floor);
    Sample healed = sample(counted, Heal::healed);
    return new Figures(
        counted.size(),
        sample(counted, Heal::watch).median(),
        sample(counted, Heal::apply).median(),
        floor.median(),
        floor.percentile(99),
        healed.median(),
        healed.percentile(99),
        healed.median() / floor.median(),
        healed.percentile(99) / floor.percentile(99));
  }

  private static Sample sample(List<Heal> heals, ToDoubleFunction<Heal> time) {
    return Sample.of(heals.stream().map(time::applyAsDouble).toList());
  }

  /** Figures in milliseconds, and ratios of heals to the floor. */
  record Figures(
      int heals,
      double watchP50,
      double applyP50,
      double floorP50,
      double floorP99,
      double healedP50,
      double healedP99,
      double ratioP50,
      double ratioP99) {

    static final String HEADER =
        "%-8s %6s %9s %9s %16s %16s %13s"
            .formatted(
                "cause",
                "heals",
                "watch p50",
                "apply p50",
                "floor p50/p99",
                "healed p50/p99",
                "ratio p50/p99");

    String row(String cause) {
      return "%-8s %6d %9.1f %9.1f %16s %16s %13s"
          .formatted(
              cause,
              heals,
              watchP50,
              applyP50,
              "%.1f/%.1f".formatted(floorP50, floorP99),
              "%.1f/%.1f".formatted(healedP50, healedP99),
              "%.2f/%.2f".formatted(ratioP50, ratioP99));
    }
  }
}

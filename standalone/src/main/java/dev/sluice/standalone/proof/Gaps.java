package dev.sluice.standalone.proof;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Ranges of numbers that are missing in a chain, with the offsets of the records around each. */
final class Gaps {

  private final TreeMap<Long, Gap> gaps = new TreeMap<>();

  /**
   * A range.
   *
   * @param last the last missing number
   * @param after the offset of the record before the range; -1 if there is none
   * @param before the offset of the record after the range
   */
  record Gap(long first, long last, long after, long before) {}

  void add(long first, long last, long after, long before) {
    gaps.put(first, new Gap(first, last, after, before));
  }

  /** Removes a number; returns whether it was missing. */
  boolean remove(long number) {
    Map.Entry<Long, Gap> entry = gaps.floorEntry(number);
    if (entry == null || entry.getValue().last() < number) {
      return false;
    }
    Gap gap = entry.getValue();
    gaps.remove(gap.first());
    if (gap.first() < number) {
      add(gap.first(), number - 1, gap.after(), gap.before());
    }
    if (number < gap.last()) {
      add(number + 1, gap.last(), gap.after(), gap.before());
    }
    return true;
  }

  void forEach(BiConsumer<Long, Gap> action) {
    gaps.forEach(action);
  }
}

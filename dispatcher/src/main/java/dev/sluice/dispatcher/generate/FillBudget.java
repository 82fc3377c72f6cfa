package dev.sluice.dispatcher.generate;

/**
 * Limit of the size of everything that is generated, so that a large template times many elements
 * does not exhaust the memory. Not thread-safe.
 */
public final class FillBudget {

  private static final int MAX_MEBIBYTES = 64;

  private long left = (long) MAX_MEBIBYTES << 20;

  /**
   * Charges the budget.
   *
   * @throws GeneratorException if it is exceeded
   */
  void take(String field, long characters) {
    left -= characters;
    if (left < 0) {
      throw new GeneratorException(
          field,
          "all generated applications together are larger than %d MiB".formatted(MAX_MEBIBYTES));
    }
  }
}

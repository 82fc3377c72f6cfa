package dev.sluice.dispatcher.generate;

/**
 * Limit of the size of everything that is generated, so that a large template times many elements
 * does not exhaust the memory. Not thread-safe.
 */
public final class FillBudget {

  private final int mebibytes;
  private long left;

  private FillBudget(int mebibytes) {
    this.mebibytes = mebibytes;
    this.left = (long) mebibytes << 20;
  }

  /** Returns the budget of the ApplicationSets of a fleet itself: 64 MiB. */
  public static FillBudget ofFleet() {
    return new FillBudget(64);
  }

  /** Returns the budget of the ApplicationSets of one FleetInclude: 8 MiB. */
  public static FillBudget ofInclude() {
    return new FillBudget(8);
  }

  /** Returns whether everything else that is generated is refused, too. */
  public boolean isExceeded() {
    return left < 0;
  }

  /**
   * Charges the budget.
   *
   * @throws GeneratorException if it is exceeded
   */
  public void take(String field, long characters) {
    left -= characters;
    if (isExceeded()) {
      throw new GeneratorException(
          field, "all generated applications together are larger than %d MiB".formatted(mebibytes));
    }
  }
}

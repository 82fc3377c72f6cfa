package dev.sluice.dispatcher.generate;

/**
 * Limit of what the generators of several sets search and read together, besides the limits of each
 * generator. Not thread-safe.
 */
public final class SearchBudget {

  private static final int ENTRIES_OF_INCLUDE = 500_000;
  private static final int MEBIBYTES_OF_INCLUDE = 64;

  private long entries;
  private long bytes;

  private SearchBudget(long entries, long bytes) {
    this.entries = entries;
    this.bytes = bytes;
  }

  /** Returns the budget of the ApplicationSets of a fleet itself: no limit of all together. */
  public static SearchBudget ofFleet() {
    return new SearchBudget(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Returns the budget of the ApplicationSets of one FleetInclude. */
  public static SearchBudget ofInclude() {
    return new SearchBudget(ENTRIES_OF_INCLUDE, (long) MEBIBYTES_OF_INCLUDE << 20);
  }

  /**
   * Charges one file or directory that is searched.
   *
   * @throws GeneratorException if there were too many
   */
  void search(String field) {
    if (--entries < 0) {
      throw new GeneratorException(
          field,
          "the generators of all sets of the FleetInclude would search more than %,d files and directories: use globs with fewer **"
              .formatted(ENTRIES_OF_INCLUDE));
    }
  }

  /**
   * Charges a file that is read.
   *
   * @throws GeneratorException if the files are too large together
   */
  void read(String field, int size) {
    bytes -= size;
    if (bytes < 0) {
      throw new GeneratorException(
          field,
          "the generators of all sets of the FleetInclude would read more than %d MiB of files: select fewer"
              .formatted(MEBIBYTES_OF_INCLUDE));
    }
  }
}

package dev.sluice.worker;

/** Why a term ended by itself. */
sealed interface SessionEnd {

  /** For people, in one line. */
  String reason();

  /**
   * Something failed that no single application can be blamed for.
   *
   * @param what went wrong
   */
  record Failed(String what, Throwable cause) implements SessionEnd {
    @Override
    public String reason() {
      return "%s (%s); see the worker's log".formatted(what, cause.getClass().getSimpleName());
    }
  }

  /** The log holds what this version does not know: a newer one has to read it. */
  record UnknownType(String ceType, long offset) implements SessionEnd {
    @Override
    public String reason() {
      return "the sync topic has a record of the unknown type %s at offset %d: upgrade this worker"
          .formatted(ceType, offset);
    }
  }
}

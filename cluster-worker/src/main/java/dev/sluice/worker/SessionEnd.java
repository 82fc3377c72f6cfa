package dev.sluice.worker;

/** The reason why a leader session ended by itself. */
sealed interface SessionEnd {

  /** Returns the reason in one line, for people. */
  String reason();

  /**
   * A failure that no single application caused.
   *
   * @param what the failure, in a few words
   */
  record Failed(String what, Throwable cause) implements SessionEnd {
    @Override
    public String reason() {
      return "%s (%s); see the worker's log".formatted(what, cause.getClass().getSimpleName());
    }
  }

  /** A record of a type that this version does not know and only a newer version can read. */
  record UnknownType(String ceType, long offset) implements SessionEnd {
    @Override
    public String reason() {
      return "the sync topic has a record of the unknown type %s at offset %d: upgrade this worker"
          .formatted(ceType, offset);
    }
  }
}

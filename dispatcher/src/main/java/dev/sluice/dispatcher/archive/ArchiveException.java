package dev.sluice.dispatcher.archive;

import dev.sluice.platform.process.SupervisedLoop;

/** The archive cannot be used, or does not have what it should have. */
public abstract sealed class ArchiveException extends RuntimeException
    implements SupervisedLoop.OutsideCause {

  private static final long serialVersionUID = 1L;

  private ArchiveException(String message) {
    super(message);
  }

  private ArchiveException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The store did not do what was asked of it; waiting may resolve this. */
  public static final class Unavailable extends ArchiveException {

    private static final long serialVersionUID = 1L;

    Unavailable(String message, Throwable cause) {
      super(message, cause);
    }

    Unavailable(String message) {
      super(message);
    }
  }

  /** An object is missing, or is not the one that was written; the message has its key. */
  public static final class Damaged extends ArchiveException {

    private static final long serialVersionUID = 1L;

    Damaged(ObjectKey key, String problem) {
      super("the object %s of the archive %s".formatted(key, problem));
    }
  }
}

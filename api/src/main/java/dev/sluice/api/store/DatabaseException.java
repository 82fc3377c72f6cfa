package dev.sluice.api.store;

import dev.sluice.platform.process.SupervisedLoop;
import java.sql.SQLException;
import java.util.Set;

/** Thrown when a statement on the read model's database fails. */
public final class DatabaseException extends RuntimeException
    implements SupervisedLoop.OutsideCause {

  private static final long serialVersionUID = 1L;

  /** SQLite's TOOBIG, CONSTRAINT, MISMATCH and RANGE. */
  private static final Set<Integer> ABOUT_VALUES = Set.of(18, 19, 20, 25);

  private final boolean aboutValues;

  DatabaseException(String message, Throwable cause) {
    super(message, cause);
    this.aboutValues =
        !(cause instanceof SQLException sql) || ABOUT_VALUES.contains(sql.getErrorCode() & 0xff);
  }

  /** Returns whether the values to be written caused the failure, rather than the file. */
  public boolean isAboutValues() {
    return aboutValues;
  }
}

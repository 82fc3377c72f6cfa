package dev.sluice.api.store;

import dev.sluice.platform.process.FileRights;
import java.sql.SQLException;

/**
 * Kinds of failures of the database file, by SQLite's primary result codes
 * (https://www.sqlite.org/rescode.html), with what an operator does about them.
 */
enum SqliteFailure {
  /** The file's contents cannot be used. */
  DAMAGED(""),
  NOT_PERMITTED(
      "give the directory and the files in it to the user of the API, which is %s here"
          .formatted(FileRights.user())),
  IN_USE("end the other program that uses the file"),
  FULL("free disk space"),
  DISK("check the disk and its file system"),
  OTHER("");

  private final String remedy;

  SqliteFailure(String remedy) {
    this.remedy = remedy;
  }

  /** Classifies a failure by the first SQLite error among its causes. */
  static SqliteFailure of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return ofCode(sql.getErrorCode());
      }
    }
    return OTHER;
  }

  /** Classifies a result code of SQLite, which may be an extended one. */
  static SqliteFailure ofCode(int code) {
    return switch (code & 0xff) {
      case 11, 26 -> DAMAGED; // CORRUPT, NOTADB
      case 3, 8, 14 -> NOT_PERMITTED; // PERM, READONLY, CANTOPEN
      case 5, 6 -> IN_USE; // BUSY, LOCKED
      case 13 -> FULL; // FULL
      case 10 -> DISK; // IOERR
      default -> OTHER;
    };
  }

  String remedy() {
    return remedy;
  }

  /** Returns a message with the remedy, if there is one. */
  String withRemedy(String message) {
    return remedy.isEmpty() ? message : message + ": " + remedy;
  }
}

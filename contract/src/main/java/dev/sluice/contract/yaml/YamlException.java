package dev.sluice.contract.yaml;

import dev.sluice.contract.failure.SourceFailure;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.Event;

/** A text is not YAML, or is YAML that is not accepted. Messages contain no values. */
public final class YamlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final int line;
  private final int column;

  public enum Reason {
    /** The text is not YAML, or has values that JSON does not have. */
    INVALID,
    /** The text, or its expansion of aliases, exceeds a limit. */
    TOO_LARGE
  }

  YamlException(
      Reason reason, int line, int column, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.line = line;
    this.column = column;
  }

  /** Creates an exception about a whole text. */
  static YamlException invalid(String message) {
    return new YamlException(Reason.INVALID, 0, 0, message, null);
  }

  /** Creates an exception about the place where an event starts. */
  static YamlException invalid(Event at, String message) {
    return invalid(at, message, null);
  }

  static YamlException invalid(Event at, String message, @Nullable Throwable cause) {
    return new YamlException(
        Reason.INVALID, YamlEvents.line(at), YamlEvents.column(at), message, cause);
  }

  static YamlException tooLarge(Event at, String message) {
    return new YamlException(
        Reason.TOO_LARGE, YamlEvents.line(at), YamlEvents.column(at), message, null);
  }

  static YamlException tooLarge(int line, String message) {
    return new YamlException(Reason.TOO_LARGE, line, 0, message, null);
  }

  /** Returns this exception with the file in its message. */
  YamlException in(String where) {
    String problem =
        switch (reason) {
          case TOO_LARGE -> "is too large";
          case INVALID -> "cannot be read as YAML";
        };
    return new YamlException(
        reason, 0, 0, "'%s' %s: %s".formatted(where, problem, located()), this);
  }

  /** Returns the code of a source that cannot be rendered for this reason. */
  public SourceFailure code() {
    return switch (reason) {
      case TOO_LARGE -> SourceFailure.TOO_LARGE;
      case INVALID -> SourceFailure.INVALID_YAML;
    };
  }

  public Reason reason() {
    return reason;
  }

  /** Returns the line of the problem, counted from 1; 0 if it is not known. */
  public int line() {
    return line;
  }

  /** Returns the column of the problem in code points, counted from 1; 0 if it is not known. */
  public int column() {
    return column;
  }

  /** Returns the message, prefixed with the line if it is known. */
  public String located() {
    return line > 0 ? "line %d: %s".formatted(line, getMessage()) : String.valueOf(getMessage());
  }
}

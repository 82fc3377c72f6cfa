package dev.sluice.contract.yaml;

/** A text is not YAML, or is YAML that is not taken. Messages carry no values. */
public final class YamlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final int line;

  public enum Reason {
    /** The text is not YAML, or YAML that JSON has no values for. */
    INVALID,
    /** The text, or what its aliases expand to, is larger than a limit. */
    TOO_LARGE
  }

  YamlException(Reason reason, int line, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.line = line;
  }

  private YamlException(Reason reason, int line, String message) {
    super(message);
    this.reason = reason;
    this.line = line;
  }

  static YamlException invalid(int line, String message) {
    return new YamlException(Reason.INVALID, line, message);
  }

  static YamlException tooLarge(int line, String message) {
    return new YamlException(Reason.TOO_LARGE, line, message);
  }

  public Reason reason() {
    return reason;
  }

  /** The line that is at fault, counted from 1; 0 if it is not known. */
  public int line() {
    return line;
  }

  /** Returns the message with the line in front, where it is known. */
  public String located() {
    return line > 0 ? "line %d: %s".formatted(line, getMessage()) : String.valueOf(getMessage());
  }
}

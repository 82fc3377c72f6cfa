package dev.sluice.contract.cel;

/** A text that is not a valid expression. */
public final class CelSyntaxException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  CelSyntaxException(String message, int line, int column) {
    super(message);
    this.line = line;
    this.column = column;
  }

  /** Returns the line of the expression, from 1. */
  public int line() {
    return line;
  }

  /** Returns the column in that line, from 1. */
  public int column() {
    return column;
  }
}

package dev.sluice.dispatcher.generate;

/** A generator or a template that cannot be evaluated; the message says why and what to do. */
public final class GeneratorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final int offset;

  /**
   * Creates an exception about a field.
   *
   * @param field of the document, such as {@code spec.generators[0].list}
   */
  public GeneratorException(String field, String message) {
    this(field, -1, message);
  }

  /**
   * Creates an exception about a place within the text of a field.
   *
   * @param offset of the place in the text, from 0; -1 for the whole field
   */
  GeneratorException(String field, int offset, String message) {
    super(message);
    this.field = field;
    this.offset = offset;
  }

  /** Returns it for the same place of another field. */
  public GeneratorException at(String other) {
    return new GeneratorException(other, offset, text());
  }

  /** Returns the field of the document. */
  public String field() {
    return field;
  }

  /** Returns the offset in the field's text; -1 if it is about the whole field. */
  public int offset() {
    return offset;
  }

  /** Returns the message. */
  public String text() {
    return String.valueOf(getMessage());
  }
}

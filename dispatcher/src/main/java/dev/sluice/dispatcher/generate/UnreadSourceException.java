package dev.sluice.dispatcher.generate;

/** A repository of a generator that was not read; says whether it is known why. */
public final class UnreadSourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient GeneratorTrees.Answer answer;

  UnreadSourceException(GeneratorSource source, GeneratorTrees.Answer answer) {
    super(source.toString());
    this.answer = answer;
  }

  /** Returns what is known of the repository instead of its files. */
  public GeneratorTrees.Answer answer() {
    return answer;
  }
}

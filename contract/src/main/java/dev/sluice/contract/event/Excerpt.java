package dev.sluice.contract.event;

/** Shortens text that may be too long for a record: keeps its beginning and its end. */
public final class Excerpt {

  private static final int SHORTEST = 64;

  private Excerpt() {}

  /**
   * Returns the text, or as much of its beginning and end as fits, with a note of the full length
   * between them. Shortening twice has the same result as shortening once; surrogate pairs are
   * never split.
   *
   * @param longest in UTF-16 units, at least 64
   */
  public static String of(String text, int longest) {
    if (longest < SHORTEST) {
      throw new IllegalArgumentException("an excerpt has at least " + SHORTEST + " characters");
    }
    if (text.length() <= longest) {
      return text;
    }
    String note = " [... of %d characters ...] ".formatted(text.length());
    int kept = longest - note.length();
    int tail = kept / 4;
    int head = boundary(text, kept - tail);
    int end = text.length() - tail;
    return text.substring(0, head)
        + note
        + text.substring(boundary(text, end) < end ? end + 1 : end);
  }

  /** Returns the index, or the one before it if the index is inside a surrogate pair. */
  private static int boundary(String text, int index) {
    boolean within =
        Character.isHighSurrogate(text.charAt(index - 1))
            && Character.isLowSurrogate(text.charAt(index));
    return within ? index - 1 : index;
  }
}

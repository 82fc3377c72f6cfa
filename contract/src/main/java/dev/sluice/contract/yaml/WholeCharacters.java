package dev.sluice.contract.yaml;

import java.io.Reader;

/**
 * Reader of a text that never ends a portion inside a surrogate pair, because the scanner would
 * look for the other half beyond its buffer and fail.
 */
final class WholeCharacters extends Reader {

  private final String text;
  private int next;

  WholeCharacters(String text) {
    this.text = text;
  }

  @Override
  public int read(char[] buffer, int offset, int length) {
    int left = text.length() - next;
    if (left == 0) {
      return -1;
    }
    int count = Math.min(left, length);
    if (count > 1 && count < left && Character.isHighSurrogate(text.charAt(next + count - 1))) {
      count--;
    }
    text.getChars(next, next + count, buffer, offset);
    next += count;
    return count;
  }

  @Override
  public void close() {
    // has no resources
  }
}

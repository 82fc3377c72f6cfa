package dev.sluice.contract.yaml;

import com.fasterxml.jackson.databind.JsonNode;

/** Counts the bytes that a value takes as JSON in UTF-8 without white space. */
public final class JsonSize {

  private static final int QUOTES = 2;
  private static final int BRACKETS = 2;
  private static final int CONTROL = 6;

  private JsonSize() {}

  /** Returns the size of a tree; a shared node counts at each of its places. */
  public static long of(JsonNode node) {
    long size = 0;
    if (node.isObject()) {
      size = BRACKETS;
      for (var entry : node.properties()) {
        size += ofEntry(entry.getKey()) + of(entry.getValue());
      }
    } else if (node.isArray()) {
      size = BRACKETS;
      for (JsonNode element : node) {
        size += ofElement() + of(element);
      }
    } else {
      size = node.isTextual() ? ofText(node.textValue()) : node.asText().length();
    }
    return size;
  }

  /** Returns the size of a key, a colon and a comma. */
  static long ofEntry(String key) {
    return ofText(key) + 2;
  }

  /** Returns the size of the comma after an element. */
  static long ofElement() {
    return 1;
  }

  static long ofContainer() {
    return BRACKETS;
  }

  static long ofText(String text) {
    long size = QUOTES;
    for (int i = 0; i < text.length(); i++) {
      size += ofCharacter(text.charAt(i));
    }
    return size;
  }

  /**
   * Returns the size of a UTF-16 unit: half of a surrogate pair counts as two of the pair's four
   * bytes.
   */
  private static int ofCharacter(char c) {
    if (c < 0x20) {
      return c == '\n' || c == '\t' || c == '\r' || c == '\b' || c == '\f' ? 2 : CONTROL;
    }
    if (c < 0x80) {
      return c == '"' || c == '\\' ? 2 : 1;
    }
    return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
  }
}

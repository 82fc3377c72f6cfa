package dev.sluice.inputs.git;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;

/** Decodes the raw names in Git trees strictly, so that no two files have the same path. */
final class EntryNames {

  private static final Set<String> RESERVED = Set.of("", ".", "..", ".git");

  private EntryNames() {}

  /** Returns whether a directory entry may have this name: see {@link TreeEntry.Kind#MISNAMED}. */
  static boolean wellFormed(byte[] name) {
    try {
      String decoded = strict(name);
      return !RESERVED.contains(decoded.toLowerCase(Locale.ROOT))
          && decoded.chars().noneMatch(c -> c == '/' || Character.isISOControl(c));
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /**
   * Returns the name if it is UTF-8 without control characters; otherwise with such bytes escaped
   * as {@code \xff}.
   */
  static String display(byte[] name) {
    try {
      String decoded = strict(name);
      if (decoded.chars().noneMatch(Character::isISOControl)) {
        return decoded;
      }
    } catch (CharacterCodingException e) {
      // escaped byte by byte below
    }
    StringBuilder shown = new StringBuilder();
    for (byte b : name) {
      if (b >= 0x20 && b < 0x7f) {
        shown.append((char) b);
      } else {
        shown.append("\\x%02x".formatted(b & 0xff));
      }
    }
    return shown.toString();
  }

  /** Returns a whole path with each component decoded like a name. */
  static String displayPath(byte[] path) {
    StringJoiner components = new StringJoiner("/");
    int start = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        components.add(display(Arrays.copyOfRange(path, start, i)));
        start = i + 1;
      }
    }
    return components.toString();
  }

  private static String strict(byte[] name) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
  }
}

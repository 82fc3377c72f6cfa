package dev.sluice.contract.name;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Converts a repository's path between its written forms, with escapes, and a list of decoded
 * segments.
 */
final class PathSegments {

  private static final Pattern ESCAPED = Pattern.compile("(?:[^%]|%[0-9A-Fa-f]{2})*");
  private static final String GIT = ".git";

  private PathSegments() {}

  /**
   * Returns the segments of a URL's path.
   *
   * @throws IllegalArgumentException if an escape is malformed, encodes a '/', or is not UTF-8, or
   *     if there is a query or fragment
   */
  static List<String> ofUrl(String path) {
    if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
      throw refused(path, "a query or fragment is no part of a repository's path");
    }
    if (!ESCAPED.matcher(path).matches()) {
      throw refused(path, "a '%' must be followed by two hex digits");
    }
    List<String> segments = new ArrayList<>();
    for (String segment : plain(path)) {
      segments.add(decoded(segment));
    }
    return List.copyOf(segments);
  }

  /**
   * Returns the segments of an scp-like path. Ssh does not decode these, but Azure DevOps writes
   * escapes in them.
   */
  static List<String> ofScp(String path) {
    return ESCAPED.matcher(path).matches() && path.indexOf('?') < 0 && path.indexOf('#') < 0
        ? ofUrl(path)
        : plain(path);
  }

  /** Returns the segments of a path without escapes, ignoring leading and trailing slashes. */
  static List<String> plain(String path) {
    int start = 0;
    int end = path.length();
    while (start < end && path.charAt(start) == '/') {
      start++;
    }
    while (end > start && path.charAt(end - 1) == '/') {
      end--;
    }
    return start == end ? List.of() : List.of(path.substring(start, end).split("/", -1));
  }

  /** Returns the segments in lower case. */
  static List<String> ignoringCase(List<String> segments) {
    return segments.stream().map(segment -> segment.toLowerCase(Locale.ROOT)).toList();
  }

  /** Returns the segments without a {@code .git} suffix. */
  static List<String> withoutSuffix(List<String> segments) {
    if (segments.isEmpty() || !segments.getLast().endsWith(GIT) || segments.getLast().equals(GIT)) {
      return segments;
    }
    List<String> stripped = new ArrayList<>(segments);
    String last = stripped.removeLast();
    stripped.add(last.substring(0, last.length() - GIT.length()));
    return List.copyOf(stripped);
  }

  /**
   * Returns the path in the form of canonical names: spaces and the characters that are special in
   * URL paths are escaped.
   *
   * @throws IllegalArgumentException if a segment is empty, is '.' or '..', or has invisible
   *     characters
   */
  static String canonical(List<String> segments) {
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("there is no path of a repository");
    }
    return segments.stream().map(PathSegments::canonical).collect(Collectors.joining("/"));
  }

  private static String canonical(String segment) {
    if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
      throw refused(segment, "a path has no empty segments, no '.' and no '..'");
    }
    StringBuilder escaped = new StringBuilder(segment.length());
    segment
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case ' ' -> escaped.append("%20");
                case '#' -> escaped.append("%23");
                case '%' -> escaped.append("%25");
                case '?' -> escaped.append("%3f");
                default -> escaped.appendCodePoint(visible(c, segment));
              }
            });
    return escaped.toString();
  }

  private static int visible(int c, String segment) {
    boolean hidden =
        switch (Character.getType(c)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR,
              Character.SURROGATE ->
              true;
          default -> false;
        };
    if (hidden || c == '\\') {
      throw refused(segment, "the character U+%04X cannot be part of a name".formatted(c));
    }
    return c;
  }

  private static String decoded(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    byte[] raw = segment.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '%') {
        int value = Character.digit(raw[i + 1], 16) * 16 + Character.digit(raw[i + 2], 16);
        if (value == '/') {
          throw refused(segment, "an escaped '/' separates nothing");
        }
        bytes.put((byte) value);
        i += 2;
      } else {
        bytes.put(raw[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw refused(segment, "its escapes are no UTF-8");
    }
  }

  private static IllegalArgumentException refused(String text, String reason) {
    return new IllegalArgumentException(
        "'%s' is no path of a repository: %s"
            .formatted(Names.abbreviated(text.replaceAll("\\p{Cntrl}", "?")), reason));
  }
}

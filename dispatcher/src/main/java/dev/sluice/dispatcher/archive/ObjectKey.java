package dev.sluice.dispatcher.archive;

import java.util.regex.Pattern;

/**
 * The key of an object in a store: segments joined by '/', each of which begins with a lower-case
 * letter or a digit. So a key is also a relative path that cannot leave the directory it is
 * resolved in, and is the same on file systems that ignore case.
 */
record ObjectKey(String value) {

  private static final int MAX_LENGTH = 512;
  private static final Pattern FORM =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}(/[a-z0-9][a-z0-9._-]{0,127}){0,7}");

  ObjectKey {
    if (value.length() > MAX_LENGTH || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "an object key has at most 8 segments of a-z 0-9 . _ -, which begin with a letter or a"
              + " digit");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}

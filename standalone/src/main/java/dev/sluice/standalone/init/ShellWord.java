package dev.sluice.standalone.init;

import java.util.regex.Pattern;

/** Quoting of a text as one word of a shell's command line. */
final class ShellWord {

  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:@=,+-]+");

  private ShellWord() {}

  static String of(String text) {
    return BARE.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}

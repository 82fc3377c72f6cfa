package dev.sluice.contract.window;

import java.util.List;
import java.util.Locale;

/**
 * Field of a cron schedule: the values that match, as bits.
 *
 * @param isAny whether the field begins with {@code *}
 */
record CronField(long bits, boolean isAny) {

  /** Returns whether a value matches. */
  boolean matches(int value) {
    return (bits >>> value & 1) == 1;
  }

  /** Returns the first matching value from this one on; -1 if there is none. */
  int next(int value) {
    long later = value > 63 ? 0 : bits >>> value << value;
    return later == 0 ? -1 : Long.numberOfTrailingZeros(later);
  }

  /** Returns the last matching value up to this one; -1 if there is none. */
  int previous(int value) {
    long earlier = value < 0 ? 0 : bits << (63 - value) >>> (63 - value);
    return 63 - Long.numberOfLeadingZeros(earlier);
  }

  /** Form of a field: its name, its values, and words for the values from the first one on. */
  record Form(String name, int least, int most, List<String> words) {

    /** Parses the text of a field. */
    CronField parse(String text) {
      long bits = 0;
      for (String part : text.split(",", -1)) {
        bits |= part(part, text);
      }
      return new CronField(bits, text.startsWith("*"));
    }

    private long part(String part, String text) {
      String[] stepped = part.split("/", -1);
      String[] range = stepped[0].split("-", -1);
      if (stepped.length > 2 || range.length > 2) {
        throw invalid(text);
      }
      boolean isAny = stepped[0].equals("*");
      if (stepped.length == 2 && range.length == 1 && !isAny) {
        throw invalid(text); // a step needs a range
      }
      int from = isAny ? least : value(range[0], text);
      int to = isAny ? most : value(range[range.length - 1], text);
      int step = stepped.length == 2 ? number(stepped[1], text) : 1;
      if (from > to || step < 1) {
        throw invalid(text);
      }
      long bits = 0;
      for (int value = from; value <= to; value += step) {
        bits |= 1L << value;
      }
      return bits;
    }

    private int value(String word, String text) {
      int named = words.indexOf(word.toLowerCase(Locale.ROOT));
      int value = named >= 0 ? least + named : number(word, text);
      if (value < least || value > most) {
        throw invalid(text);
      }
      return value;
    }

    private int number(String digits, String text) {
      if (!digits.matches("\\d{1,2}")) {
        throw invalid(text);
      }
      return Integer.parseInt(digits);
    }

    private IllegalArgumentException invalid(String text) {
      return new IllegalArgumentException(
          "the %s of a cron schedule is *, or numbers from %d to %d%s, ranges and lists of these such as %d,%d-%d, with steps such as */2; not '%s'"
              .formatted(
                  name,
                  least,
                  most,
                  words.isEmpty() ? "" : " or names such as " + words.getFirst(),
                  least,
                  least + 1,
                  least + 3,
                  text));
    }
  }
}

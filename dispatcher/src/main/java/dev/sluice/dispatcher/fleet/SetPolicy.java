package dev.sluice.dispatcher.fleet;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Limits of what one revision may change of an ApplicationSet.
 *
 * @param allowEmpty whether it may generate nothing; otherwise that is a problem
 * @param maxAdded the most applications that may be added; empty for any number
 * @param maxRemoved the most applications that may be removed or deselected; empty for the limit of
 *     the fleet
 */
public record SetPolicy(
    boolean allowEmpty, Optional<Integer> maxAdded, Optional<Limit> maxRemoved) {

  static final SetPolicy DEFAULT = new SetPolicy(false, Optional.empty(), Optional.empty());

  private static final Pattern NUMBER = Pattern.compile("\\d{1,6}");
  private static final Pattern PERCENTAGE = Pattern.compile("(\\d{1,2}|100)%");

  /**
   * A number of applications, or a share of those of the set.
   *
   * @param value the number, or the percentage
   */
  public record Limit(int value, boolean isShare) {

    static Limit parse(String text) {
      if (NUMBER.matcher(text).matches()) {
        return new Limit(Integer.parseInt(text), false);
      }
      if (PERCENTAGE.matcher(text).matches()) {
        return new Limit(Integer.parseInt(text.substring(0, text.length() - 1)), true);
      }
      throw new IllegalArgumentException(
          "must be a number of applications, or a share of them such as 30%");
    }

    boolean allows(int taken, int known) {
      return isShare ? taken * 100L <= (long) known * value : taken <= value;
    }

    @Override
    public String toString() {
      return isShare ? value + " %" : Integer.toString(value);
    }
  }

  /** Reads the policy; errors become problems of the document. */
  static SetPolicy read(Fields fields) {
    boolean allowEmpty = fields.bool("allowEmpty", false);
    int maxAdded = fields.integer("maxAdded", -1);
    if (maxAdded < 0 && fields.has("maxAdded")) {
      fields.problem("maxAdded", "must be a whole number from 0");
    }
    Optional<Limit> maxRemoved = Optional.empty();
    try {
      maxRemoved =
          fields
              .numberOrText("maxRemoved", "a whole number, or a share such as 30%")
              .map(Limit::parse);
    } catch (IllegalArgumentException e) {
      fields.problem("maxRemoved", String.valueOf(e.getMessage()));
    }
    fields.refuseUnknown();
    return new SetPolicy(allowEmpty, Optional.of(maxAdded).filter(count -> count >= 0), maxRemoved);
  }
}

package dev.sluice.simulated.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities such as {@code 500m}, {@code 1.5Gi} and {@code 2e3}, in the API server's canonical
 * form.
 */
public final class Quantities {
  private static final Pattern QUANTITY =
      Pattern.compile("([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?");
  private static final List<String> BINARY = List.of("Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
  private static final List<String> DECIMAL =
      List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
  private static final int SMALLEST = -9;

  private Quantities() {}

  /** Returns the canonical form of a quantity, or empty if the text is not one. */
  static Optional<String> canonical(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(matcher.group(1));
    String suffix = matcher.group(2) == null ? "" : matcher.group(2);
    if (suffix.length() > 1
        && (suffix.startsWith("e") || suffix.startsWith("E"))
        && !suffix.equals("Ei")) {
      return Optional.of(text);
    }
    int power = BINARY.indexOf(suffix);
    if (power >= 0) {
      BigDecimal value = number.multiply(KIBI.pow(power + 1));
      return Optional.of(value.abs().compareTo(KIBI) < 0 ? decimal(value) : binary(value));
    }
    return Optional.of(decimal(number.scaleByPowerOfTen(SMALLEST + 3 * DECIMAL.indexOf(suffix))));
  }

  private static String binary(BigDecimal value) {
    BigDecimal rest = value;
    int power = 0;
    while (power < BINARY.size() && rest.remainder(KIBI).signum() == 0 && rest.signum() != 0) {
      rest = rest.divide(KIBI);
      power++;
    }
    return rest.stripTrailingZeros().toPlainString() + (power == 0 ? "" : BINARY.get(power - 1));
  }

  private static String decimal(BigDecimal value) {
    if (value.signum() == 0) {
      return "0";
    }
    int step = DECIMAL.size() - 1;
    while (step > 0) {
      BigDecimal scaled = value.scaleByPowerOfTen(-(SMALLEST + 3 * step)).stripTrailingZeros();
      if (scaled.scale() <= 0) {
        return scaled.toPlainString() + DECIMAL.get(step);
      }
      step--;
    }
    return value.scaleByPowerOfTen(-SMALLEST).setScale(0, java.math.RoundingMode.UP).toPlainString()
        + DECIMAL.getFirst();
  }

  /** Returns whether a text is a quantity below zero. */
  public static boolean isNegative(String text) {
    return canonical(text).filter(t -> t.startsWith("-")).isPresent();
  }
}

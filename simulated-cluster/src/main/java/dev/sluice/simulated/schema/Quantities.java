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
  private static final Pattern EXPONENT = Pattern.compile("[eE][+-]?\\d+$");
  private static final List<String> BINARY = List.of("Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
  private static final List<String> DECIMAL =
      List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
  private static final int SMALLEST = -9;

  private Quantities() {}

  /** Returns the canonical form of a quantity, or empty if the text is not one. */
  static Optional<String> canonical(String text) {
    return value(text)
        .map(
            value ->
                EXPONENT.matcher(text).find()
                    ? text
                    : text.endsWith("i") && value.abs().compareTo(KIBI) >= 0
                        ? binary(value)
                        : decimal(value));
  }

  private static Optional<BigDecimal> value(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(matcher.group(1));
    String suffix = matcher.group(2) == null ? "" : matcher.group(2);
    if (EXPONENT.matcher(suffix).matches()) {
      return Optional.of(number.scaleByPowerOfTen(Integer.parseInt(suffix.substring(1))));
    }
    int power = BINARY.indexOf(suffix);
    return Optional.of(
        power >= 0
            ? number.multiply(KIBI.pow(power + 1))
            : number.scaleByPowerOfTen(SMALLEST + 3 * DECIMAL.indexOf(suffix)));
  }

  /** Returns whether both texts are quantities, and the first is the greater one. */
  public static boolean exceeds(String text, String limit) {
    Optional<BigDecimal> most = value(limit);
    return most.isPresent() && value(text).filter(v -> v.compareTo(most.get()) > 0).isPresent();
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

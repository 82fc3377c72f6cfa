package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The values of unquoted YAML scalars in Kubernetes' own tools.
 *
 * <p>They read YAML 1.1 like go-yaml v2 (through sigs.k8s.io/yaml): {@code yes}, {@code no}, {@code
 * on}, {@code off}, {@code y} and {@code n} are booleans, {@code 012} is ten; but unlike YAML 1.1,
 * {@code 22:30} and dates are text. Any other reading would apply different objects than {@code
 * kubectl apply} of the same file.
 */
final class GoScalars {

  private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> TRUES =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSES =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
  private static final Pattern INTEGER =
      Pattern.compile("[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)");
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
  private static final int LONGEST_NUMBER = 400;
  private static final double EXACT = 1e18;

  private GoScalars() {}

  /**
   * Returns the value of a scalar without quotes and without a tag.
   *
   * @throws IllegalArgumentException if JSON has no such value
   */
  static JsonNode resolve(String plain) {
    if (NULLS.contains(plain)) {
      return NullNode.getInstance();
    }
    if (TRUES.contains(plain)) {
      return BooleanNode.TRUE;
    }
    if (FALSES.contains(plain)) {
      return BooleanNode.FALSE;
    }
    return number(plain).orElseGet(() -> TextNode.valueOf(plain));
  }

  private static Optional<JsonNode> number(String plain) {
    char first = plain.charAt(0);
    boolean maybe = first == '+' || first == '-' || first == '.' || (first >= '0' && first <= '9');
    if (!maybe || plain.length() > LONGEST_NUMBER) {
      return Optional.empty();
    }
    if (NOT_FINITE.matcher(plain).matches()) {
      throw new IllegalArgumentException("there is no such number in JSON: quote it");
    }
    String digits = plain.replace("_", "");
    if (INTEGER.matcher(digits).matches()) {
      BigInteger value = integer(digits);
      if (value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0) {
        return Optional.of(
            value.bitLength() < Long.SIZE
                ? LongNode.valueOf(value.longValue())
                : BigIntegerNode.valueOf(value));
      }
    }
    return FLOAT.matcher(digits).matches()
        ? Optional.of(real(Double.parseDouble(digits)))
        : Optional.empty();
  }

  private static BigInteger integer(String text) {
    boolean negative = text.startsWith("-");
    String digits =
        (negative || text.startsWith("+") ? text.substring(1) : text).toLowerCase(Locale.ROOT);
    BigInteger value;
    if (digits.startsWith("0x")) {
      value = new BigInteger(digits.substring(2), 16);
    } else if (digits.startsWith("0b")) {
      value = new BigInteger(digits.substring(2), 2);
    } else if (digits.startsWith("0o")) {
      value = new BigInteger(digits.substring(2), 8);
    } else if (digits.startsWith("0") && digits.length() > 1) {
      value = new BigInteger(digits.substring(1), 8);
    } else {
      value = new BigInteger(digits);
    }
    return negative ? value.negate() : value;
  }

  /**
   * Returns a floating-point number as Go writes it: a whole number without a fraction, since the
   * API server accepts {@code 1} but not {@code 1.0} for an integer field.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  static JsonNode real(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("the number is out of range");
    }
    return Math.rint(value) == value && Math.abs(value) < EXACT
        ? LongNode.valueOf((long) value)
        : DoubleNode.valueOf(value);
  }
}

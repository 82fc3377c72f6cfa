package dev.sluice.contract.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
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
public final class GoScalars implements PlainScalars {

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

  /** Go writes smaller whole numbers without an exponent in JSON. */
  private static final double EXPONENT = 1e21;

  /** The powers of ten between which Go writes floating-point keys without an exponent. */
  private static final int SMALLEST_KEY = -4;

  private static final int LARGEST_KEY = 5;

  @Override
  public JsonNode value(String plain) {
    if (NULLS.contains(plain)) {
      return NullNode.getInstance();
    }
    if (TRUES.contains(plain)) {
      return BooleanNode.TRUE;
    }
    if (FALSES.contains(plain)) {
      return BooleanNode.FALSE;
    }
    if (NOT_FINITE.matcher(plain).matches()) {
      throw new IllegalArgumentException("there is no such number in JSON: quote it");
    }
    String digits = digits(plain);
    Optional<BigInteger> whole = integer(digits);
    if (whole.isPresent()) {
      return node(whole.get());
    }
    OptionalDouble floating = floating(digits);
    return floating.isPresent() ? real(floating.getAsDouble()) : TextNode.valueOf(plain);
  }

  /** Returns the name of a key; sigs.k8s.io/yaml writes floating-point keys in single precision. */
  @Override
  public String key(String plain) {
    if (NOT_FINITE.matcher(plain).matches()) {
      return plain.replace("+", "").toLowerCase(Locale.ROOT);
    }
    String digits = digits(plain);
    Optional<BigInteger> whole = integer(digits);
    if (whole.isPresent()) {
      if (whole.get().bitLength() >= Long.SIZE) {
        throw new IllegalArgumentException("a key is a number that is too large: quote it");
      }
      return whole.get().toString();
    }
    OptionalDouble floating = floating(digits);
    return floating.isPresent()
        ? floatingKey((float) floating.getAsDouble())
        : PlainScalars.super.key(plain);
  }

  /** Returns what may be a number without the underscores that separate digits, else nothing. */
  private static String digits(String plain) {
    boolean maybe = !plain.isEmpty() && "+-.0123456789".indexOf(plain.charAt(0)) >= 0;
    return maybe && plain.length() <= LONGEST_NUMBER ? plain.replace("_", "") : "";
  }

  private static Optional<BigInteger> integer(String digits) {
    return INTEGER.matcher(digits).matches()
        ? Optional.of(whole(digits))
            .filter(value -> value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0)
        : Optional.empty();
  }

  private static OptionalDouble floating(String digits) {
    if (!FLOAT.matcher(digits).matches()) {
      return OptionalDouble.empty();
    }
    double value = Double.parseDouble(digits);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  private static String floatingKey(float value) {
    if (Float.isInfinite(value)) {
      return value > 0 ? ".inf" : "-.inf";
    }
    if (value == 0) {
      return Math.signum(1 / value) < 0 ? "-0" : "0";
    }
    BigDecimal decimal = new BigDecimal(Float.toString(value)).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= SMALLEST_KEY && exponent <= LARGEST_KEY) {
      return decimal.toPlainString();
    }
    return "%se%s%02d"
        .formatted(
            decimal.scaleByPowerOfTen(-exponent).toPlainString(),
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }

  private static BigInteger whole(String text) {
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

  private static JsonNode node(BigInteger value) {
    return value.bitLength() < Long.SIZE
        ? LongNode.valueOf(value.longValue())
        : BigIntegerNode.valueOf(value);
  }

  /**
   * Returns a floating-point number as Go writes it: a whole number without a fraction, since the
   * API server accepts {@code 1} but not {@code 1.0} for an integer field.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public static JsonNode real(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("the number is out of range");
    }
    return Math.rint(value) == value && Math.abs(value) < EXPONENT
        ? node(new BigDecimal(Double.toString(value)).toBigIntegerExact())
        : DoubleNode.valueOf(value);
  }
}

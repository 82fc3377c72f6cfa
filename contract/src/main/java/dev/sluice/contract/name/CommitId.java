package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;

/** Full id of a Git object: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits, never all zeros. */
public record CommitId(@JsonValue String value) {

  private static final int SHA1_DIGITS = 40;
  private static final int SHA256_DIGITS = 64;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public CommitId {
    if (!isHex(value) || isZeros(value)) {
      throw new IllegalArgumentException(
          "'%s' is not a full commit id (40 or 64 hex digits, not all zeros)"
              .formatted(Names.abbreviated(value)));
    }
  }

  /**
   * Parses an id from a webhook, where the all-zero id stands for none (the ref was created or
   * deleted).
   *
   * @throws IllegalArgumentException if it is neither a full id nor all zeros
   */
  public static Optional<CommitId> orNone(String hex) {
    return isZeros(hex)
        ? Optional.empty()
        : Optional.of(new CommitId(hex.toLowerCase(Locale.ROOT)));
  }

  /**
   * Parses a text that may be a full id; empty if it is not, such as an abbreviated id or all
   * zeros.
   */
  public static Optional<CommitId> ifFull(String text) {
    String hex = text.toLowerCase(Locale.ROOT);
    return isHex(hex) && !isZeros(hex) ? Optional.of(new CommitId(hex)) : Optional.empty();
  }

  /** Returns the first ten digits, for display. */
  public String abbreviated() {
    return value.substring(0, 10);
  }

  private static boolean isHex(String text) {
    boolean hex = hasLengthOfAnId(text);
    for (int i = 0; hex && i < text.length(); i++) {
      char c = text.charAt(i);
      hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return hex;
  }

  private static boolean isZeros(String text) {
    boolean zeros = hasLengthOfAnId(text);
    for (int i = 0; zeros && i < text.length(); i++) {
      zeros = text.charAt(i) == '0';
    }
    return zeros;
  }

  private static boolean hasLengthOfAnId(String text) {
    return text.length() == SHA1_DIGITS || text.length() == SHA256_DIGITS;
  }

  @Override
  public String toString() {
    return value;
  }
}

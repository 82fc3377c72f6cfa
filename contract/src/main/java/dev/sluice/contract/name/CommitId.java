package dev.sluice.contract.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Full id of a Git object: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits, never all zeros. */
public record CommitId(@JsonValue String value) {

  private static final Pattern HEX = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final Pattern ZEROS = Pattern.compile("0{40}|0{64}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public CommitId {
    if (!HEX.matcher(value).matches() || ZEROS.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a full commit id (40 or 64 hex digits, not all zeros)"
              .formatted(Names.abbreviated(value)));
    }
  }

  /**
   * Reads an id as forges write it: the all-zero id means that there is none (the ref was created
   * or deleted).
   *
   * @throws IllegalArgumentException if it is neither a full id nor all zeros
   */
  public static Optional<CommitId> orNone(String hex) {
    return ZEROS.matcher(hex).matches()
        ? Optional.empty()
        : Optional.of(new CommitId(hex.toLowerCase(Locale.ROOT)));
  }

  /** The first ten digits, for people. */
  public String abbreviated() {
    return value.substring(0, 10);
  }

  @Override
  public String toString() {
    return value;
  }
}

package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The W3C {@code traceparent} of an event: which trace it belongs to, from webhook to apply. */
public record TraceParent(@JsonValue String value) {

  private static final Pattern FORM =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TraceParent {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a W3C traceparent");
    }
  }

  /** Reads a header; anything malformed counts as absent, as the specification asks. */
  public static Optional<TraceParent> parse(String header) {
    return FORM.matcher(header).matches() ? Optional.of(new TraceParent(header)) : Optional.empty();
  }

  /** The root of a new trace. */
  public static TraceParent start() {
    return new TraceParent("00-" + hex(16) + "-" + hex(8) + "-01");
  }

  /** The next hop of the same trace. */
  public TraceParent child() {
    return new TraceParent(value.substring(0, 36) + hex(8) + value.substring(52));
  }

  private static String hex(int bytes) {
    byte[] random = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(random);
    random[0] |= 1;
    return HexFormat.of().formatHex(random);
  }

  @Override
  public String toString() {
    return value;
  }
}

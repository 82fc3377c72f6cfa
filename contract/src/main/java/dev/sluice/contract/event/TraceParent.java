package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The W3C {@code traceparent} of an event: the trace that it belongs to, from webhook to apply. */
public record TraceParent(@JsonValue String value) {

  private static final String VERSION = "00-";
  private static final int TRACE_END = VERSION.length() + 32;
  private static final int SPAN_END = TRACE_END + 1 + 16;
  private static final int LENGTH = SPAN_END + 1 + 2;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TraceParent {
    if (!wellFormed(value)) {
      throw new IllegalArgumentException("not a W3C traceparent");
    }
  }

  /** Parses a header; a malformed one counts as absent, as the specification requires. */
  public static Optional<TraceParent> parse(String header) {
    return wellFormed(header) ? Optional.of(new TraceParent(header)) : Optional.empty();
  }

  /** Returns the root of a new trace. */
  public static TraceParent start() {
    return new TraceParent("00-" + hex(16) + "-" + hex(8) + "-01");
  }

  /** Returns the next hop of the same trace. */
  public TraceParent child() {
    return new TraceParent(value.substring(0, TRACE_END + 1) + hex(8) + value.substring(SPAN_END));
  }

  private static boolean wellFormed(String text) {
    return text.length() == LENGTH
        && text.startsWith(VERSION)
        && text.charAt(TRACE_END) == '-'
        && text.charAt(SPAN_END) == '-'
        && isHex(text, VERSION.length(), TRACE_END)
        && isHex(text, TRACE_END + 1, SPAN_END)
        && isHex(text, SPAN_END + 1, LENGTH)
        && !isZeros(text, VERSION.length(), TRACE_END)
        && !isZeros(text, TRACE_END + 1, SPAN_END);
  }

  private static boolean isHex(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZeros(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  /** Returns the 32 hex digits of the trace. */
  public String traceId() {
    return value.substring(3, 35);
  }

  /** Returns the 16 hex digits of the hop. */
  public String spanId() {
    return value.substring(36, 52);
  }

  /** Returns two hex digits; the lowest bit is set if the trace is recorded. */
  public String flags() {
    return value.substring(53);
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

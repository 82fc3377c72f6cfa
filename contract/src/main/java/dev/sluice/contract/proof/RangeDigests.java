package dev.sluice.contract.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The digests of the records in a range of a partition, in the form of {@link
 * dev.sluice.contract.event.Checkpoint#digests}.
 */
public final class RangeDigests {

  private static final int DIGEST = 16;
  private static final int KEY = 8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long last;
  private int records;

  /** Begins a range. */
  public RangeDigests(long from) {
    this.last = from - 1;
  }

  /**
   * A record of a range.
   *
   * @param digest the first 16 bytes of the record's digest, in hex
   * @param key the first 8 bytes of the SHA-256 of its key, in hex
   */
  public record Entry(long offset, String digest, String key) {

    /** Returns the entry of a record. */
    public static Entry of(long offset, RecordDigest digest, @Nullable String key) {
      HexFormat hex = HexFormat.of();
      return new Entry(offset, hex.formatHex(digest.first(DIGEST)), hex.formatHex(ofKey(key)));
    }
  }

  /** Adds a record, whose offset is after those before. */
  public void add(long offset, RecordDigest digest, @Nullable String key) {
    if (offset <= last) {
      throw new IllegalArgumentException("offset %d is not after %d".formatted(offset, last));
    }
    long distance = offset - last;
    while (distance > 0x7f) {
      bytes.write((int) (distance & 0x7f) | 0x80);
      distance >>>= 7;
    }
    bytes.write((int) distance);
    bytes.writeBytes(digest.first(DIGEST));
    bytes.writeBytes(ofKey(key));
    last = offset;
    records++;
  }

  /** Returns the number of the records. */
  public int records() {
    return records;
  }

  /** Returns the digests in Base64. */
  public String encoded() {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /**
   * Returns the records of a range.
   *
   * @throws IllegalArgumentException if the text is not of this form
   */
  public static List<Entry> decode(long from, String encoded) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encoded));
    List<Entry> entries = new ArrayList<>();
    long last = from - 1;
    while (bytes.hasRemaining()) {
      last += distance(bytes);
      if (bytes.remaining() < DIGEST + KEY) {
        throw new IllegalArgumentException("the digests end within a record");
      }
      entries.add(new Entry(last, hex(bytes, DIGEST), hex(bytes, KEY)));
    }
    return List.copyOf(entries);
  }

  private static long distance(ByteBuffer bytes) {
    long distance = 0;
    for (int shift = 0; shift < Long.SIZE && bytes.hasRemaining(); shift += 7) {
      byte next = bytes.get();
      distance |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        if (distance <= 0) {
          break;
        }
        return distance;
      }
    }
    throw new IllegalArgumentException("a distance between two offsets is invalid");
  }

  private static String hex(ByteBuffer bytes, int count) {
    byte[] part = new byte[count];
    bytes.get(part);
    return HexFormat.of().formatHex(part);
  }

  private static byte[] ofKey(@Nullable String key) {
    byte[] text = key == null ? new byte[0] : key.getBytes(UTF_8);
    return Arrays.copyOf(RecordDigest.sha256().digest(text), KEY);
  }
}

package dev.sluice.contract.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a record's key, value and headers, in the order of the record. Each is preceded by
 * its length in four bytes (big endian), which is -1 for an absent one; the headers are preceded by
 * their number. It contains neither the offset nor the timestamp, since the broker sets these.
 */
public final class RecordDigest {

  /** The length of a digest's text form. */
  static final int TEXT = 43;

  /** The size in bytes from which a part is not copied. */
  private static final int LARGE = 1024 * 1024;

  private static final MessageDigest SHA_256 = lookedUp();

  private final byte[] bytes;

  private RecordDigest(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns the digest of a record. */
  public static RecordDigest of(@Nullable String key, byte @Nullable [] value, Headers headers) {
    Header[] all = headers.toArray();
    // one update of the digest for small parts: many take longer than the hash itself
    byte[] @Nullable [] parts = new byte[2 + 2 * all.length][];
    parts[0] = key == null ? null : key.getBytes(UTF_8);
    parts[1] = value;
    for (int i = 0; i < all.length; i++) {
      parts[2 + 2 * i] = all[i].key().getBytes(UTF_8);
      parts[3 + 2 * i] = all[i].value();
    }
    int size = Integer.BYTES * (parts.length + 1);
    for (byte @Nullable [] part : parts) {
      size += part == null || part.length >= LARGE ? 0 : part.length;
    }
    MessageDigest digest = sha256();
    ByteBuffer text = ByteBuffer.allocate(size);
    put(text, parts[0], digest);
    put(text, parts[1], digest);
    text.putInt(all.length);
    for (int i = 2; i < parts.length; i++) {
      put(text, parts[i], digest);
    }
    digest.update(text.flip());
    return new RecordDigest(digest.digest());
  }

  /** Adds a part to the text; adds the text and the part to the digest if the part is large. */
  private static void put(ByteBuffer text, byte @Nullable [] part, MessageDigest digest) {
    text.putInt(part == null ? -1 : part.length);
    if (part != null && part.length >= LARGE) {
      digest.update(text.flip());
      digest.update(part);
      text.clear();
    } else if (part != null) {
      text.put(part);
    }
  }

  static MessageDigest sha256() {
    try {
      // a copy: looking an algorithm up takes longer
      return (MessageDigest) SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("digests of the Java platform can be copied", e);
    }
  }

  private static MessageDigest lookedUp() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java platform has SHA-256", e);
    }
  }

  /** Returns the first bytes of the digest. */
  byte[] first(int count) {
    return Arrays.copyOf(bytes, count);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecordDigest digest && Arrays.equals(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns the digest in Base64 for URLs, without padding (RFC 4648, section 5). */
  @Override
  public String toString() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}

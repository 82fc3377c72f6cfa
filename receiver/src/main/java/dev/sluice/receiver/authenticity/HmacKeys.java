package dev.sluice.receiver.authenticity;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Live HMAC-SHA256 keys of an endpoint. */
final class HmacKeys {

  static final int DIGEST_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final List<Mac> keys;

  /**
   * Creates the keys.
   *
   * @throws IllegalArgumentException if there is no key, or an empty one: anyone could sign with it
   */
  HmacKeys(List<byte[]> keys) {
    if (keys.isEmpty() || keys.stream().anyMatch(key -> key.length == 0)) {
      throw new IllegalArgumentException("a signature needs at least one key, none of them empty");
    }
    this.keys = keys.stream().map(HmacKeys::keyed).toList();
  }

  /**
   * Returns whether any of the digests was made with any of the keys over the concatenated parts.
   */
  boolean signed(List<byte[]> digests, byte[]... parts) {
    boolean signed = false;
    for (Mac key : keys) {
      byte[] expected = digest(key, parts);
      for (byte[] digest : digests) {
        signed |= MessageDigest.isEqual(expected, digest);
      }
    }
    return signed;
  }

  /** Decodes a digest in hex digits; empty if it has other characters or a wrong length. */
  static Optional<byte[]> hexDigest(String hex) {
    if (hex.length() != 2 * DIGEST_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** Computes a digest with a copy of the key, so that threads can share the key. */
  private static byte[] digest(Mac key, byte[]... parts) {
    try {
      Mac mac = (Mac) key.clone();
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this Java platform cannot copy " + ALGORITHM, e);
    }
  }
}

package dev.sluice.dispatcher.archive;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The SHA-256 of some bytes, in lower-case hexadecimal. */
record Digest(String hex) {

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  Digest {
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("a digest has 64 hexadecimal digits");
    }
  }

  static Digest of(byte[] bytes) {
    try {
      return new Digest(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the key of the bytes in the archive. */
  ObjectKey key() {
    return new ObjectKey("blobs/%s/%s.gz".formatted(hex.substring(0, 2), hex));
  }
}

package dev.sluice.inputs.remote;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, the digest of chart repositories and registries. */
final class Sha256 {

  /** The beginning of digests in manifests. */
  static final String PREFIX = "sha256:";

  private Sha256() {}

  /** Returns the digest as manifests have it: {@code sha256:HEX}. */
  static String digest(byte[] bytes) {
    return PREFIX + of(bytes);
  }

  /** Returns the digest in hexadecimal digits. */
  static String of(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}

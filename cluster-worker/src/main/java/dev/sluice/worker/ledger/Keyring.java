package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.name.ApplicationName;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys that ledgers are signed with: HMAC-SHA256 (RFC 2104) over the installation, the application
 * and the exact bytes of the content. The first key signs, all of them verify.
 */
public final class Keyring {

  /** Size of a key in bytes, the same as the hash's. */
  static final int KEY_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final Pattern SIGNATURE =
      Pattern.compile("v1:([0-9a-f]{16}):([A-Za-z0-9+/=]{1,64})");
  private static final int ID_BYTES = 8;

  private final List<Key> keys;
  private final boolean adopting;
  private final String problem;

  private Keyring(List<Key> keys, boolean adopting, String problem) {
    this.keys = List.copyOf(keys);
    this.adopting = adopting;
    this.problem = problem;
  }

  private record Key(String id, SecretKeySpec secret) {}

  /** The result of checking a ledger's signature. */
  enum Verdict {
    /** Signed with the first key. */
    CURRENT,
    /** Signed with another key of the ring. */
    PREVIOUS,
    /** Not signed. */
    UNSIGNED,
    /** Signed with an unknown key or in an unknown format. */
    UNKNOWN_KEY,
    /** Changed after it was signed. */
    ALTERED
  }

  /**
   * Returns a ring.
   *
   * @param keys the signing key first
   * @param adopting whether ledgers without a signature, or with one by an unknown key, are trusted
   */
  static Keyring of(List<byte[]> keys, boolean adopting) {
    List<Key> known = new ArrayList<>();
    for (byte[] key : keys) {
      known.add(new Key(id(key), new SecretKeySpec(key, ALGORITHM)));
    }
    return new Keyring(known, adopting, "");
  }

  /** Returns a ring without keys, which can neither read nor write any ledger. */
  public static Keyring unusable(String problem) {
    return new Keyring(List.of(), false, problem);
  }

  boolean isUsable() {
    return !keys.isEmpty();
  }

  /** Returns why there are no keys. */
  String problem() {
    return problem;
  }

  boolean isAdopting() {
    return adopting;
  }

  /** Returns a ring with the same keys that trusts only signed ledgers. */
  Keyring adopted() {
    return new Keyring(keys, false, problem);
  }

  /** Returns the keys, the signing key first. */
  List<byte[]> secrets() {
    return keys.stream().map(key -> key.secret().getEncoded()).toList();
  }

  /** Returns whether the other ring signs, verifies and adopts like this one. */
  boolean isSame(Keyring other) {
    return adopting == other.adopting
        && keys.stream().map(Key::id).toList().equals(other.keys.stream().map(Key::id).toList());
  }

  /** Returns the signature of a ledger's content. */
  String sign(String installation, ApplicationName application, byte[] content) {
    Key key = keys.getFirst();
    return "v1:%s:%s".formatted(key.id(), mac(key, installation, application, content));
  }

  /** Returns whether a ledger with this verdict may be used. */
  boolean trusts(Verdict verdict) {
    return switch (verdict) {
      case CURRENT, PREVIOUS -> true;
      case UNSIGNED, UNKNOWN_KEY -> adopting;
      case ALTERED -> false;
    };
  }

  /** Checks a signature; an empty one counts as unsigned. */
  Verdict verify(
      String installation, ApplicationName application, byte[] content, String signature) {
    if (signature.isEmpty()) {
      return Verdict.UNSIGNED;
    }
    Matcher parts = SIGNATURE.matcher(signature);
    if (!parts.matches()) {
      return Verdict.UNKNOWN_KEY;
    }
    for (Key key : keys) {
      if (key.id().equals(parts.group(1))) {
        String expected = mac(key, installation, application, content);
        boolean isEqual =
            MessageDigest.isEqual(expected.getBytes(UTF_8), parts.group(2).getBytes(UTF_8));
        return !isEqual
            ? Verdict.ALTERED
            : key.equals(keys.getFirst()) ? Verdict.CURRENT : Verdict.PREVIOUS;
      }
    }
    return Verdict.UNKNOWN_KEY;
  }

  /**
   * The parts before the content cannot contain the separator, so different ledgers have different
   * input.
   */
  private static String mac(
      Key key, String installation, ApplicationName application, byte[] content) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key.secret());
      mac.update("sluice-ledger/v1\n%s\n%s\n".formatted(installation, application).getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(mac.doFinal(content));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /** Returns an id of a key that reveals nothing about it. */
  private static String id(byte[] key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
      return HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Leaves the keys out. */
  @Override
  public String toString() {
    return "%d keys%s".formatted(keys.size(), adopting ? ", adopting" : "");
  }
}

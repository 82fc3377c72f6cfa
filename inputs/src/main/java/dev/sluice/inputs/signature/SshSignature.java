package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * Signature by an SSH key, as {@code ssh-keygen -Y sign} makes it. RSA with SHA-1 and DSA are not
 * accepted, nor are certificates.
 *
 * @see <a href="https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.sshsig">PROTOCOL.sshsig</a>
 */
final class SshSignature {

  static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";

  private static final String END = "-----END SSH SIGNATURE-----";
  private static final String MAGIC = "SSHSIG";
  private static final int VERSION = 1;
  private static final String NAMESPACE = "git";
  private static final String CERTIFICATE = "-cert-v01@openssh.com";

  /** Names of digests by those in signatures. */
  private static final Map<String, String> DIGESTS =
      Map.of("sha256", "SHA-256", "sha512", "SHA-512");

  /** Accepted signature algorithms by the type of the key. */
  private static final Map<String, Set<BuiltinSignatures>> ALGORITHMS =
      Map.of(
          "ssh-ed25519", Set.of(BuiltinSignatures.ed25519),
          "ssh-rsa", Set.of(BuiltinSignatures.rsaSHA256, BuiltinSignatures.rsaSHA512),
          "ecdsa-sha2-nistp256", Set.of(BuiltinSignatures.nistp256),
          "ecdsa-sha2-nistp384", Set.of(BuiltinSignatures.nistp384),
          "ecdsa-sha2-nistp521", Set.of(BuiltinSignatures.nistp521),
          "sk-ssh-ed25519@openssh.com", Set.of(BuiltinSignatures.sk_ssh_ed25519),
          "sk-ecdsa-sha2-nistp256@openssh.com", Set.of(BuiltinSignatures.sk_ecdsa_sha2_nistp256));

  private final byte[] key;
  private final byte[] signature;
  private final String digest;

  private SshSignature(byte[] key, byte[] signature, String digest) {
    this.key = key;
    this.signature = signature;
    this.digest = digest;
  }

  /** Parses a signature in ASCII armor. */
  static SshSignature parse(String armor) throws UnverifiedException {
    String text = armor.strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw malformed();
    }
    try {
      String base64 = text.substring(BEGIN.length(), text.length() - END.length());
      return parse(Base64.getDecoder().decode(base64.replaceAll("[\r\n\t ]", "")));
    } catch (RuntimeException e) { // of the library for each malformed field
      throw malformed();
    }
  }

  private static SshSignature parse(byte[] blob) throws UnverifiedException {
    ByteArrayBuffer buffer = new ByteArrayBuffer(blob);
    byte[] magic = new byte[MAGIC.length()];
    buffer.getRawBytes(magic);
    if (!MAGIC.equals(new String(magic, US_ASCII)) || buffer.getUInt() != VERSION) {
      throw malformed();
    }
    byte[] key = buffer.getBytes();
    String namespace = buffer.getString();
    byte[] reserved = buffer.getBytes();
    String digest = buffer.getString();
    byte[] signature = buffer.getBytes();
    if (buffer.available() > 0 || reserved.length > 0) {
      throw malformed();
    }
    if (!namespace.equals(NAMESPACE)) {
      throw UnverifiedException.invalid(
          "has an SSH signature for another use: its namespace is not \"%s\"".formatted(NAMESPACE));
    }
    if (!DIGESTS.containsKey(digest)) {
      throw UnverifiedException.invalid(
          "has an SSH signature with another digest than sha256 or sha512");
    }
    return new SshSignature(key, signature, digest);
  }

  /**
   * Returns who made the signature.
   *
   * @param signers the trusted keys
   * @param payload the bytes that are signed
   * @param time of the commit
   */
  String verify(AllowedSigners signers, byte[] payload, Instant time, Instant now)
      throws UnverifiedException {
    String type = type(key);
    if (type.endsWith(CERTIFICATE)) {
      throw UnverifiedException.invalid(
          "is signed with an SSH certificate, which is not supported: sign with a key that is"
              + " listed itself");
    }
    if (!ALGORITHMS.containsKey(type)) {
      throw UnverifiedException.invalid("is signed with an SSH key of a type that is not accepted");
    }
    String name = "the SSH key %s (%s)".formatted(fingerprint(key), type);
    String principals = signers.principals(key, name, time, now);
    String algorithm = type(signature);
    BuiltinSignatures accepted =
        ALGORITHMS.get(type).stream()
            .filter(one -> one.getName().equals(algorithm))
            .findFirst()
            .orElseThrow(
                () ->
                    UnverifiedException.invalid(
                        "is signed with %s by an algorithm that is not accepted, such as SHA-1"
                            .formatted(name)));
    if (!isBy(accepted, payload)) {
      throw UnverifiedException.invalid(
          "has a signature by %s of other content%s"
              .formatted(
                  name,
                  type.startsWith("sk-") ? ", or made without a touch of the security key" : ""));
    }
    return "%s of %s".formatted(name, principals);
  }

  private boolean isBy(BuiltinSignatures algorithm, byte[] payload) throws UnverifiedException {
    try {
      PublicKey publicKey = new ByteArrayBuffer(key).getRawPublicKey();
      ByteArrayBuffer signed = new ByteArrayBuffer();
      signed.putRawBytes(MAGIC.getBytes(US_ASCII));
      signed.putString(NAMESPACE);
      signed.putString("");
      signed.putString(digest);
      signed.putBytes(MessageDigest.getInstance(DIGESTS.get(digest)).digest(payload));
      Signature verifier = algorithm.create();
      verifier.initVerifier(null, publicKey);
      verifier.update(null, signed.getCompactData());
      return verifier.verify(null, signature);
    } catch (Exception e) { // whatever the library throws for a malformed signature
      throw malformed();
    }
  }

  /**
   * Returns a trusted key in the form of SSH's protocol.
   *
   * @throws IllegalArgumentException if it is malformed or of a type that is not accepted
   */
  static byte[] key(String type, byte[] blob) {
    if (!ALGORITHMS.containsKey(type)) {
      throw new IllegalArgumentException("has a key of a type that is not accepted");
    }
    try {
      if (type.equals(new ByteArrayBuffer(blob).getString())
          && new ByteArrayBuffer(blob).getRawPublicKey() != null) {
        return blob;
      }
    } catch (IOException | RuntimeException e) { // of the library for each malformed field
      throw new IllegalArgumentException("has a malformed key", e);
    }
    throw new IllegalArgumentException("has a key of another type than it says");
  }

  private static String type(byte[] blob) throws UnverifiedException {
    try {
      return new ByteArrayBuffer(blob).getString();
    } catch (RuntimeException e) {
      throw malformed();
    }
  }

  /** Returns the fingerprint of a key as OpenSSH shows it. */
  private static String fingerprint(byte[] key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static UnverifiedException malformed() {
    return UnverifiedException.invalid("has a malformed SSH signature");
  }
}

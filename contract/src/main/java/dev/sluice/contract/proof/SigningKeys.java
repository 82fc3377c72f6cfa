package dev.sluice.contract.proof;

import dev.sluice.contract.event.Checkpoint;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ed25519 keys in PEM, as {@code openssl genpkey -algorithm ed25519} writes them (RFC 8410). */
public final class SigningKeys {

  static final String ALGORITHM = "Ed25519";

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----\\s*([A-Za-z0-9+/=\\s]+)-----END \\1-----\\s*");

  private SigningKeys() {}

  /**
   * Returns a private key.
   *
   * @param pem the key in PKCS #8
   * @throws IllegalArgumentException if it is not such a key; the message has nothing of it
   */
  public static PrivateKey privateKey(String pem) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePrivate(new PKCS8EncodedKeySpec(content(pem, "PRIVATE KEY")));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("it is not a private Ed25519 key", e);
    }
  }

  /**
   * Returns a public key.
   *
   * @param pem the key as SubjectPublicKeyInfo ({@code openssl pkey -pubout})
   * @throws IllegalArgumentException if it is not such a key
   */
  public static PublicKey publicKey(String pem) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePublic(new X509EncodedKeySpec(content(pem, "PUBLIC KEY")));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("it is not a public Ed25519 key", e);
    }
  }

  /** Returns whether a checkpoint was signed with the private key of a public one. */
  public static boolean isSigned(Checkpoint checkpoint, PublicKey key) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(SignedText.of(checkpoint));
      return signature.verify(Base64.getDecoder().decode(checkpoint.signature()));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static byte[] content(String pem, String kind) {
    Matcher parts = PEM.matcher(pem.strip());
    if (!parts.matches() || !parts.group(1).equals(kind)) {
      throw new IllegalArgumentException(
          "it is not in PEM, with -----BEGIN %s----- before it".formatted(kind));
    }
    return Base64.getMimeDecoder().decode(parts.group(2));
  }
}

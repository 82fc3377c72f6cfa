package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.SecretReference;
import java.io.IOException;
import java.io.StringReader;
import java.security.PrivateKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Reader of private keys in PEM form: PKCS #1, PKCS #8 and SEC 1, not encrypted. */
final class PemKey {

  private PemKey() {}

  /**
   * Returns the key at a reference; it is read now, because it may change.
   *
   * @throws IllegalStateException if there is none, or it is encrypted; the message has the
   *     location only
   */
  static PrivateKey read(SecretReference reference) {
    try (PEMParser parser = new PEMParser(new StringReader(reference.resolve()))) {
      for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
        switch (found) {
          case PEMKeyPair pair -> {
            return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
          }
          case PrivateKeyInfo key -> {
            return new JcaPEMKeyConverter().getPrivateKey(key);
          }
          default -> {} // such as the parameters of a curve, or a certificate
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "the private key at %s cannot be read: check its form".formatted(reference), e);
    }
    throw new IllegalStateException(
        "there is no private key at %s: give one in PEM form without a passphrase"
            .formatted(reference));
  }
}

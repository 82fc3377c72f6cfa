package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.SecretReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS with the authorities and the client certificate that the fleet names for a repository.
 *
 * @param keys null for no client certificate
 * @param trust null for the authorities of the process
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TlsAccess(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust) {

  private static final char[] IN_MEMORY = new char[0];

  /**
   * Returns TLS with what is at the references now; empty if the fleet names nothing.
   *
   * @throws IllegalStateException if a reference cannot be read; the message has the location only
   */
  static Optional<TlsAccess> of(HttpsAccess access) {
    if (access.trustedCertificates().isEmpty() && access.clientCertificate().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TlsAccess(
            access
                .clientCertificate()
                .flatMap(certificate -> access.clientKey().map(key -> keys(certificate, key)))
                .orElse(null),
            access.trustedCertificates().map(TlsAccess::trust).orElse(null)));
  }

  SSLContext context() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust, null);
    return context;
  }

  private static TrustManager[] trust(SecretReference reference) {
    try {
      KeyStore authorities = empty();
      int number = 0;
      for (Certificate certificate : certificates(reference)) {
        authorities.setCertificateEntry("authority-" + number++, certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      return factory.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw unusable(reference, e);
    }
  }

  private static KeyManager[] keys(SecretReference certificate, SecretReference key) {
    PrivateKey read = PemKey.read(key);
    try {
      KeyStore store = empty();
      store.setKeyEntry(
          "client", read, IN_MEMORY, certificates(certificate).toArray(Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, IN_MEMORY);
      return factory.getKeyManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw unusable(certificate, e);
    }
  }

  private static Collection<? extends Certificate> certificates(SecretReference reference)
      throws CertificateException {
    byte[] text = reference.resolve().getBytes(StandardCharsets.UTF_8);
    Collection<? extends Certificate> found =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(text));
    if (found.isEmpty()) {
      throw new CertificateException("there is none");
    }
    return found;
  }

  private static IllegalStateException unusable(SecretReference reference, Exception cause) {
    return new IllegalStateException(
        "the certificates at %s cannot be used: give certificates in PEM form".formatted(reference),
        cause);
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}

package dev.sluice.standalone.cli;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that the process trusts besides those of the JVM, in its HTTPS connections to Git
 * servers, chart repositories, the APIs of forges and the store of an archive. Clusters and Kafka
 * have settings of their own.
 */
public final class TrustedCertificates {

  public static final Setting<Optional<Path>> SETTING =
      Setting.path(
              "trusted-certificates",
              "PEM file of certificate authorities that Git servers, chart repositories, forges and"
                  + " the store of the archive may use besides the public ones; read at the start")
          .optional();

  private TrustedCertificates() {}

  /**
   * Makes the process trust the certificates of the setting, if there is one.
   *
   * @throws IllegalArgumentException if the file has no certificates, or cannot be read
   */
  public static void configure(SettingValues values) {
    values.get(SETTING).ifPresent(TrustedCertificates::trust);
  }

  /** Makes the process trust the certificates of a PEM file. */
  public static void trust(Path file) {
    try {
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      int number = 0;
      for (X509Certificate certificate : ofJvm()) {
        authorities.setCertificateEntry("jvm-" + number++, certificate);
      }
      for (Certificate certificate : read(file)) {
        authorities.setCertificateEntry("given-" + number++, certificate);
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(authorities), null);
      SSLContext.setDefault(context);
      HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "--%s: the certificates in %s cannot be used: %s".formatted(SETTING.name(), file, e), e);
    }
  }

  private static Collection<? extends Certificate> read(Path file)
      throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new CertificateException("it has none in PEM form");
      }
      return certificates;
    }
  }

  private static X509Certificate[] ofJvm() throws GeneralSecurityException {
    for (TrustManager manager : managers(null)) {
      if (manager instanceof X509TrustManager trust) {
        return trust.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }

  private static TrustManager[] managers(@Nullable KeyStore authorities)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return factory.getTrustManagers();
  }
}

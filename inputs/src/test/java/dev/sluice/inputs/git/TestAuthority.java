package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.SecretReference;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test, which no JVM trusts. */
public final class TestAuthority {

  private static final char[] PASSWORD = "password".toCharArray();
  private static final AtomicLong SERIAL = new AtomicLong(System.currentTimeMillis());

  private final KeyPair key = keyPair();
  private final X500Name name;
  private final X509Certificate certificate;

  public TestAuthority(String name) throws Exception {
    this.name = new X500Name("CN=" + name);
    this.certificate =
        certificate(
            this.name,
            key,
            Instant.now().plus(Duration.ofHours(1)),
            Extension.basicConstraints,
            new BasicConstraints(true));
  }

  /** Writes the authority's certificate as PEM. */
  public SecretReference write(Path file) throws IOException {
    return pem(file, certificate);
  }

  /** Writes a client's certificate as PEM, and its key beside it with the ending {@code .key}. */
  public SecretReference client(Path file, Duration validity) throws Exception {
    KeyPair own = keyPair();
    pem(keyOf(file), new JcaPKCS8Generator(own.getPrivate(), null));
    return pem(
        file,
        certificate(
            new X500Name("CN=client"),
            own,
            Instant.now().plus(validity),
            Extension.extendedKeyUsage,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth)));
  }

  static Path keyOf(Path certificate) {
    return certificate.resolveSibling(certificate.getFileName() + ".key");
  }

  /** Returns TLS of a server at 127.0.0.1 that trusts this authority's clients. */
  public SSLContext server() throws Exception {
    KeyPair own = keyPair();
    X509Certificate signed =
        certificate(
            new X500Name("CN=server"),
            own,
            Instant.now().plus(Duration.ofHours(1)),
            Extension.subjectAlternativeName,
            new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server", own.getPrivate(), PASSWORD, new Certificate[] {signed, certificate});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust().getTrustManagers(), null);
    return context;
  }

  /** Returns the trust in this authority only. */
  public TrustManagerFactory trust() throws Exception {
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    authorities.setCertificateEntry("authority", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(authorities);
    return trust;
  }

  /** Writes an object as PEM. */
  static SecretReference pem(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return new SecretReference("file:" + Files.writeString(file, text.toString()));
  }

  private X509Certificate certificate(
      X500Name subject,
      KeyPair of,
      Instant until,
      ASN1ObjectIdentifier extension,
      ASN1Encodable value)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(SERIAL.incrementAndGet()),
                    Date.from(Instant.now().minus(Duration.ofHours(2))),
                    Date.from(until),
                    subject,
                    of.getPublic())
                .addExtension(extension, /* isCritical= */ true, value)
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
  }

  private static KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }
}

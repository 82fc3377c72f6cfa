package dev.sluice.standalone;

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
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocketFactory;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test, which no JVM trusts. */
final class PrivateAuthority {

  private static final char[] PASSWORD = "password".toCharArray();

  private final KeyPair key = keyPair();
  private final X500Name name;
  private final X509Certificate certificate;

  PrivateAuthority(String name) throws Exception {
    this.name = new X500Name("CN=" + name);
    this.certificate =
        certificate(this.name, key, Extension.basicConstraints, new BasicConstraints(true));
  }

  /** Writes the authority's certificate as PEM. */
  Path write(Path file) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(certificate);
    }
    return Files.writeString(file, text.toString());
  }

  /** Returns sockets of a server with a certificate of this authority for 127.0.0.1. */
  SSLServerSocketFactory sockets() throws Exception {
    KeyPair own = keyPair();
    X509Certificate signed =
        certificate(
            new X500Name("CN=forge"),
            own,
            Extension.subjectAlternativeName,
            new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("forge", own.getPrivate(), PASSWORD, new Certificate[] {signed, certificate});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context.getServerSocketFactory();
  }

  private X509Certificate certificate(
      X500Name subject, KeyPair of, ASN1ObjectIdentifier extension, ASN1Encodable value)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    Instant now = Instant.now();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    BigInteger.valueOf(now.toEpochMilli()),
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(Duration.ofHours(1))),
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

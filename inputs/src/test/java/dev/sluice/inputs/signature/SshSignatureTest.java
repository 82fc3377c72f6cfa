package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures that ssh-keygen makes only with a security key, or does not make any longer. */
class SshSignatureTest {

  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final byte[] PAYLOAD = "tree 1\n\nA change\n".getBytes(UTF_8);
  private static final String SECURITY_KEY = "sk-ssh-ed25519@openssh.com";
  private static final int TOUCHED = 1;

  private KeyPair ed25519;
  private KeyPair rsa;

  @BeforeEach
  void generate() throws GeneralSecurityException {
    ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    rsa = generator.generateKeyPair();
  }

  @ParameterizedTest
  @CsvSource({
    TOUCHED + ", ''",
    "5, ''", // with a PIN
    "0, made without a touch of the security key",
  })
  void acceptsSecurityKeysThatWereTouched(int flags, String refusal) throws Exception {
    byte[] key = blob(SECURITY_KEY, raw(ed25519), "ssh:".getBytes(UTF_8));
    ByteArrayBuffer counted = new ByteArrayBuffer();
    counted.putByte((byte) flags);
    counted.putUInt(7);
    ByteArrayBuffer signed = new ByteArrayBuffer();
    signed.putRawBytes(sha256("ssh:".getBytes(UTF_8)));
    signed.putRawBytes(counted.getCompactData());
    signed.putRawBytes(sha256(toSign("git")));
    ByteArrayBuffer signature = new ByteArrayBuffer();
    signature.putString(SECURITY_KEY);
    signature.putBytes(sign("Ed25519", ed25519, signed.getCompactData()));
    signature.putRawBytes(counted.getCompactData());

    assertThat(refusal(key, signature.getCompactData())).contains(refusal);
    assertThat(refusal(key, signature.getCompactData()).isEmpty()).isEqualTo(refusal.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "rsa-sha2-512, SHA512withRSA, ''",
    "rsa-sha2-256, SHA256withRSA, ''",
    "ssh-rsa, SHA1withRSA, 'an algorithm that is not accepted, such as SHA-1'",
    "ssh-ed25519, SHA512withRSA, an algorithm that is not accepted",
    "none, SHA512withRSA, an algorithm that is not accepted",
  })
  void acceptsRsaWithoutSha1(String name, String algorithm, String refusal) throws Exception {
    byte[] key = rsaKey();

    String refused = refusal(key, blob(name, sign(algorithm, rsa, toSign("git"))));

    assertThat(refused).contains(refusal);
    assertThat(refused.isEmpty()).isEqualTo(refusal.isEmpty());
  }

  @Test
  void refusesKeysThatAreNotAcceptedAtAll() throws Exception {
    byte[] dsa = blob("ssh-dss", new byte[] {1}, new byte[] {1}, new byte[] {1}, new byte[] {1});

    assertThat(refusal(dsa, blob("ssh-dss", new byte[40]), AllowedSigners.NONE))
        .isEqualTo("is signed with an SSH key of a type that is not accepted");
    assertThat(refusal(new byte[] {0, 0}, new byte[0], AllowedSigners.NONE))
        .isEqualTo("has a malformed SSH signature");
  }

  private String refusal(byte[] key, byte[] signature) {
    AllowedSigners signers =
        AllowedSigners.parse(
            "ada@example.org %s %s"
                .formatted(
                    new ByteArrayBuffer(key).getString(), Base64.getEncoder().encodeToString(key)),
            ZoneOffset.UTC);
    assertThat(signers.size()).isEqualTo(1);
    return refusal(key, signature, signers);
  }

  private static String refusal(byte[] key, byte[] signature, AllowedSigners signers) {
    ByteArrayBuffer blob = new ByteArrayBuffer();
    blob.putRawBytes("SSHSIG".getBytes(UTF_8));
    blob.putUInt(1);
    blob.putBytes(key);
    blob.putString("git");
    blob.putString("");
    blob.putString("sha512");
    blob.putBytes(signature);
    String armor =
        "-----BEGIN SSH SIGNATURE-----\n%s\n-----END SSH SIGNATURE-----"
            .formatted(Base64.getEncoder().encodeToString(blob.getCompactData()));
    try {
      var unused = SshSignature.parse(armor).verify(signers, PAYLOAD, NOW, NOW);
      return "";
    } catch (UnverifiedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Returns the bytes that a key signs, as PROTOCOL.sshsig has them. */
  private static byte[] toSign(String namespace) throws GeneralSecurityException {
    ByteArrayBuffer data = new ByteArrayBuffer();
    data.putRawBytes("SSHSIG".getBytes(UTF_8));
    data.putString(namespace);
    data.putString("");
    data.putString("sha512");
    data.putBytes(MessageDigest.getInstance("SHA-512").digest(PAYLOAD));
    return data.getCompactData();
  }

  private static byte[] sign(String algorithm, KeyPair pair, byte[] data)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(data);
    return signature.sign();
  }

  private static byte[] sha256(byte[] data) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(data);
  }

  private byte[] rsaKey() {
    ByteArrayBuffer key = new ByteArrayBuffer();
    key.putRawPublicKey(rsa.getPublic());
    return key.getCompactData();
  }

  /** Returns the 32 bytes of an Ed25519 key, which end its X.509 form. */
  private static byte[] raw(KeyPair pair) {
    byte[] encoded = pair.getPublic().getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
  }

  private static byte[] blob(String type, byte[]... fields) {
    ByteArrayBuffer blob = new ByteArrayBuffer();
    blob.putString(type);
    for (byte[] field : fields) {
      blob.putBytes(field);
    }
    return blob.getCompactData();
  }
}

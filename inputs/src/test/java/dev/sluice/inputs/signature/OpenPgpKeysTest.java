package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.contract.failure.SourceFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.Random;
import java.util.function.Consumer;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verifies what GnuPG signed, and what Bouncy Castle makes where GnuPG would not. */
class OpenPgpKeysTest {

  private static final Path FIXTURES = Path.of("src/test/resources/openpgp");
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final Date MAY = Date.from(Instant.parse("2026-05-01T12:00:00Z"));
  private static final byte[] PAYLOAD = "tree 1\n\nA change\n".getBytes(UTF_8);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "ada.commit  | -                 | OpenPGP subkey",
        "v1.tag      | -                 | OpenPGP subkey",
        "bob.commit  | -                 | OpenPGP key 4D5E30CF55004804D43962C69B4521CE0F6E15E8",
        "sha1.commit | SIGNATURE_INVALID | 4D5E30CF55004804D43962C69B4521CE0F6E15E8 over a weak"
            + " digest, such as SHA-1",
        "carl.commit | SIGNATURE_EXPIRED | E044A444F98CFDA0208AA71EA384346F789EA599, which has"
            + " expired at 2026-05-21T12:00:00Z",
        "dora.commit | SIGNATURE_REVOKED | C41F01F9D972B3673342DBE5C18610FBF3A358E7, which its"
            + " owner has revoked",
        "eve.commit  | SIGNATURE_REVOKED | of 65C56DF9F4FA83AE337A26F0E2BB26A7E492378F, which its"
            + " owner has revoked",
        "zoe.commit  | UNKNOWN_SIGNER    | 3499DA4653D181B410E13D8C88FA6C1018CB92DD, which is not"
            + " trusted",
      })
  void decidesAboutKeysOfGnuPg(String file, SourceFailure code, String message) throws Exception {
    OpenPgpKeys keys = OpenPgpKeys.parse(text("ada.asc") + "\n" + text("others.asc"));
    assertThat(keys.size()).isEqualTo(5);
    assertThat(keys.problems()).isEmpty();
    byte[] raw = Files.readAllBytes(FIXTURES.resolve(file));
    SignedData data = file.endsWith(".tag") ? SignedData.tag(raw) : SignedData.commit(raw);

    try {
      String signer = keys.verify(data.signature().orElseThrow(), data.payload(), NOW);
      assertThat(code).isNull();
      assertThat(signer).contains(message);
    } catch (UnverifiedException e) {
      assertThat(e.code()).isEqualTo(code);
      assertThat(e).hasMessageContaining(message);
    }
  }

  @Test
  void acceptsAKeyUntilItExpires() throws Exception {
    SignedData carl = SignedData.commit(Files.readAllBytes(FIXTURES.resolve("carl.commit")));
    OpenPgpKeys keys = OpenPgpKeys.parse(text("others.asc"));

    assertThatCode(
            () ->
                keys.verify(
                    carl.signature().orElseThrow(),
                    carl.payload(),
                    Instant.parse("2026-05-21T11:59:59Z")))
        .doesNotThrowAnyException();
    assertThat(
            refusal(
                keys,
                carl.signature().orElseThrow(),
                carl.payload(),
                Instant.parse("2026-05-21T12:00:00Z")))
        .startsWith("SignatureExpired: ");
  }

  @Test
  void refusesSignaturesOfOtherContent() throws Exception {
    SignedData bob = SignedData.commit(Files.readAllBytes(FIXTURES.resolve("bob.commit")));
    OpenPgpKeys keys = OpenPgpKeys.parse(text("others.asc"));

    assertThat(refusal(keys, bob.signature().orElseThrow(), PAYLOAD, NOW))
        .startsWith("SignatureInvalid: ")
        .contains("of other content");
  }

  @Test
  void ignoresWhatIsNoPublicKey() throws Exception {
    OpenPgpKeys keys =
        OpenPgpKeys.parse(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
                + "AAAA\n"
                + "=AAAA\n"
                + "-----END PGP PUBLIC KEY BLOCK-----\n"
                + text("ada.asc")
                + "-----BEGIN PGP PRIVATE KEY BLOCK-----\n");

    assertThat(keys.size()).isEqualTo(1);
    assertThat(keys.problems())
        .hasValue("it has a private key, which must not be there, block 1 cannot be read");
    assertThat(OpenPgpKeys.parse("nothing").size()).isZero();
  }

  @Test
  void acceptsAndRefusesByTheSignaturesProperties() throws Exception {
    PGPKeyPair pair = pair();
    OpenPgpKeys keys = ring(pair, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);

    assertThat(refusal(keys, signed(pair, PGPSignature.BINARY_DOCUMENT, "2026-05-02T12:00:00Z", 0)))
        .isEmpty();
    assertThat(
            refusal(
                keys, signed(pair, PGPSignature.BINARY_DOCUMENT, "2026-05-02T12:00:00Z", 86_400)))
        .as("the signature has expired")
        .startsWith("SignatureExpired: ")
        .contains("that has expired at 2026-05-03T12:00:00Z");
    assertThat(refusal(keys, signed(pair, PGPSignature.BINARY_DOCUMENT, "2026-06-02T12:00:00Z", 0)))
        .as("tomorrow")
        .startsWith("SignatureInvalid: ")
        .contains("of a time to come");
    assertThat(refusal(keys, signed(pair, PGPSignature.BINARY_DOCUMENT, "2026-04-02T12:00:00Z", 0)))
        .as("before the key was made")
        .startsWith("SignatureInvalid: ")
        .contains("older than");
    assertThat(
            refusal(
                keys,
                signed(pair, PGPSignature.CANONICAL_TEXT_DOCUMENT, "2026-05-02T12:00:00Z", 0)))
        .as("of text")
        .startsWith("SignatureInvalid: ")
        .contains("of another type");
    assertThat(refusal(keys, signed(pair, PGPSignature.STAND_ALONE, "2026-05-02T12:00:00Z", 0)))
        .as("of nothing")
        .startsWith("SignatureInvalid: ")
        .contains("of another type");
  }

  @Test
  void refusesKeysThatOnlyCertify() throws Exception {
    PGPKeyPair pair = pair();

    assertThat(
            refusal(
                ring(pair, KeyFlags.CERTIFY_OTHER),
                signed(pair, PGPSignature.BINARY_DOCUMENT, "2026-05-02T12:00:00Z", 0)))
        .startsWith("SignatureInvalid: ")
        .contains("not certified for signatures");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesASubkeyThatDoesNotCertifyThatItBelongsToTheKey(boolean certifies) throws Exception {
    PGPKeyPair primary = pair();
    PGPKeyPair subkey = pair(); // without its signature, it may be somebody else's
    Instant bound = Instant.now().plusSeconds(5); // after the library's signature of the subkey
    PGPKeyRingGenerator generator = generator(primary, KeyFlags.CERTIFY_OTHER);
    PGPSignatureSubpacketGenerator binding = new PGPSignatureSubpacketGenerator();
    binding.setKeyFlags(true, KeyFlags.SIGN_DATA);
    binding.setSignatureCreationTime(true, Date.from(bound));
    binding.setIssuerFingerprint(false, primary.getPublicKey());
    if (certifies) {
      generator.addSubKey(
          subkey,
          binding.generate(),
          null,
          new BcPGPContentSignerBuilder(
              subkey.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256));
    } else {
      generator.addSubKey(subkey, binding.generate(), null);
    }

    String refusal =
        refusal(
            OpenPgpKeys.parse(armored(generator.generatePublicKeyRing().getEncoded())),
            signed(subkey, PGPSignature.BINARY_DOCUMENT, "2026-05-02T12:00:00Z", 0),
            PAYLOAD,
            bound.plusSeconds(60));

    if (certifies) {
      assertThat(refusal).isEmpty();
    } else {
      assertThat(refusal).startsWith("SignatureInvalid: ").contains("not certified for signatures");
    }
  }

  @Test
  void refusesSeveralSignaturesAndOtherPackets() throws Exception {
    PGPKeyPair pair = pair();
    OpenPgpKeys keys = ring(pair, KeyFlags.SIGN_DATA);
    byte[] one = packets(signed(pair, PGPSignature.BINARY_DOCUMENT, "2026-05-02T12:00:00Z", 0));
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.write(one);
    two.write(one);
    byte[] version6 = one.clone();
    version6[2] = 6;

    assertThat(refusal(keys, armoredSignature(two.toByteArray())))
        .startsWith("SignatureInvalid: ")
        .contains("has more in its signature than one OpenPGP signature");
    assertThat(refusal(keys, armoredSignature(inParts(one))))
        .startsWith("SignatureInvalid: ")
        .contains("malformed");
    assertThat(refusal(keys, armoredSignature(version6)))
        .startsWith("SignatureInvalid: ")
        .contains("of a version that is not supported");
    assertThat(refusal(keys, armoredSignature(packets(text("ada.asc")))))
        .startsWith("SignatureInvalid: ")
        .contains("malformed");
    assertThat(refusal(keys, armoredSignature(new byte[0])))
        .startsWith("SignatureInvalid: ")
        .contains("malformed");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesWhatASignatureRequiresToBeUnderstood(boolean critical) throws Exception {
    PGPKeyPair pair = pair();

    String refusal =
        refusal(
            ring(pair, KeyFlags.SIGN_DATA),
            signed(
                pair,
                PGPSignature.BINARY_DOCUMENT,
                "2026-05-02T12:00:00Z",
                0,
                hashed -> hashed.addNotationData(critical, true, "only@example.org", "tests")));

    if (critical) {
      assertThat(refusal)
          .startsWith("SignatureInvalid: ")
          .contains("with a critical subpacket of type 20, which is not supported");
    } else {
      assertThat(refusal).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN PGP SIGNATURE-----",
        "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----",
        "-----BEGIN PGP SIGNATURE-----\n\n!!!!\n-----END PGP SIGNATURE-----",
        "-----BEGIN PGP SIGNATURE-----\n\nwv////8GAAAAAAAA\n-----END PGP SIGNATURE-----",
        "-----BEGIN PGP SIGNATURE-----\n\niP////8EAAAAAAAA\n-----END PGP SIGNATURE-----",
      })
  void refusesMalformedArmor(String armor) throws Exception {
    assertThat(refusal(OpenPgpKeys.parse(text("ada.asc")), armor)).startsWith("SignatureInvalid: ");
  }

  @Test
  void noMutationOfASignatureIsAcceptedOrBreaksTheVerifier() throws Exception {
    SignedData ada = SignedData.commit(Files.readAllBytes(FIXTURES.resolve("ada.commit")));
    OpenPgpKeys keys = OpenPgpKeys.parse(text("ada.asc"));
    byte[] packets = packets(ada.signature().orElseThrow());
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] changed =
          Arrays.copyOf(packets, packets.length - (i % 7 == 0 ? random.nextInt(9) : 0));
      for (int bytes = 1 + random.nextInt(3); bytes > 0; bytes--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      String code = refusal(keys, armoredSignature(changed), ada.payload(), NOW);
      if (!code.isEmpty()) {
        assertThat(code).containsAnyOf("SignatureInvalid", "UnknownSigner");
        refused++;
      }
    }
    // what is not signed, such as the hint who made it, may change; so may nothing at all
    assertThat(refused).isGreaterThan(4_000);
  }

  private static String refusal(OpenPgpKeys keys, String armor) {
    return refusal(keys, armor, PAYLOAD, NOW);
  }

  private static String refusal(OpenPgpKeys keys, String armor, byte[] payload, Instant now) {
    try {
      var unused = keys.verify(armor, payload, now);
      return "";
    } catch (UnverifiedException e) {
      return e.code() + ": " + e.getMessage();
    }
  }

  private static String text(String file) throws IOException {
    return Files.readString(FIXTURES.resolve(file));
  }

  private static PGPKeyPair pair() throws Exception {
    Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
    generator.init(new Ed25519KeyGenerationParameters(new SecureRandom()));
    return new BcPGPKeyPair(
        PublicKeyPacket.VERSION_4,
        PublicKeyAlgorithmTags.EDDSA_LEGACY,
        generator.generateKeyPair(),
        MAY);
  }

  private static OpenPgpKeys ring(PGPKeyPair primary, int flags) throws Exception {
    return OpenPgpKeys.parse(
        armored(generator(primary, flags).generatePublicKeyRing().getEncoded()));
  }

  private static PGPKeyRingGenerator generator(PGPKeyPair primary, int flags) throws Exception {
    PGPSignatureSubpacketGenerator certification = new PGPSignatureSubpacketGenerator();
    certification.setKeyFlags(true, flags);
    certification.setSignatureCreationTime(true, MAY);
    certification.setIssuerFingerprint(false, primary.getPublicKey());
    return new PGPKeyRingGenerator(
        PGPSignature.POSITIVE_CERTIFICATION,
        primary,
        "Ann <ann@example.org>",
        new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1),
        certification.generate(),
        null,
        new BcPGPContentSignerBuilder(
            primary.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256),
        null);
  }

  /** Returns a packet of the new format with a length of one octet as one of partial lengths. */
  private static byte[] inParts(byte[] packet) {
    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    parts.write(0xc2);
    parts.write(0xe0 + 5);
    parts.write(packet, 2, 1 << 5);
    parts.write(packet.length - 2 - (1 << 5));
    parts.write(packet, 2 + (1 << 5), packet.length - 2 - (1 << 5));
    return parts.toByteArray();
  }

  private static String signed(PGPKeyPair pair, int type, String time, long seconds)
      throws Exception {
    return signed(pair, type, time, seconds, _ -> {});
  }

  private static String signed(
      PGPKeyPair pair,
      int type,
      String time,
      long seconds,
      Consumer<PGPSignatureSubpacketGenerator> more)
      throws Exception {
    PGPSignatureGenerator generator =
        new PGPSignatureGenerator(
            new BcPGPContentSignerBuilder(
                pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256),
            pair.getPublicKey());
    generator.init(type, pair.getPrivateKey());
    PGPSignatureSubpacketGenerator hashed = new PGPSignatureSubpacketGenerator();
    hashed.setSignatureCreationTime(true, Date.from(Instant.parse(time)));
    hashed.setSignatureExpirationTime(true, seconds);
    hashed.setIssuerFingerprint(false, pair.getPublicKey());
    more.accept(hashed);
    generator.setHashedSubpackets(hashed.generate());
    generator.update(PAYLOAD);
    return armoredSignature(generator.generate().getEncoded());
  }

  private static byte[] packets(String armor) throws IOException {
    return new ArmoredInputStream(new ByteArrayInputStream(armor.getBytes(ISO_8859_1)))
        .readAllBytes();
  }

  private static String armored(byte[] packets) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (ArmoredOutputStream armor = new ArmoredOutputStream(text)) {
      armor.write(packets);
    }
    return text.toString(ISO_8859_1);
  }

  /** Armors packets as a signature, whatever they are. */
  private static String armoredSignature(byte[] packets) {
    return "-----BEGIN PGP SIGNATURE-----\n\n%s\n-----END PGP SIGNATURE-----"
        .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(packets));
  }
}

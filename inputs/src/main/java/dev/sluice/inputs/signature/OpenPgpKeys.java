package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sluice.contract.failure.SourceFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPCertificate.OpenPGPComponentKey;
import org.bouncycastle.openpgp.api.OpenPGPDefaultPolicy;
import org.bouncycastle.openpgp.api.OpenPGPImplementation;
import org.bouncycastle.openpgp.api.OpenPGPKeyReader;
import org.bouncycastle.openpgp.api.OpenPGPPolicy;
import org.bouncycastle.openpgp.api.OpenPGPSignature;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPImplementation;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/**
 * Trusted OpenPGP keys. A key and its subkeys are trusted because they are listed; signatures by
 * others on them do not count. A key that signs must be valid now, whenever it signed: its owner
 * has not revoked it, and it has not expired.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9580">RFC 9580</a>
 */
@SuppressWarnings("JavaUtilDate") // the library's times
final class OpenPgpKeys {

  /** Trusts nobody. */
  static final OpenPgpKeys NONE = new OpenPgpKeys();

  static final String BEGIN = "-----BEGIN PGP SIGNATURE-----";

  private static final Pattern BLOCKS =
      Pattern.compile("(?m)^(?=-----BEGIN PGP PUBLIC KEY BLOCK-----)");
  private static final String PRIVATE = "-----BEGIN PGP PRIVATE KEY BLOCK-----";
  private static final int SIGNATURE_TAG = 2;
  private static final int VERSION = 4;
  private static final OpenPGPImplementation IMPLEMENTATION = new BcOpenPGPImplementation();

  /** Accepts RSA from 2000 bits, and no MD5, RIPEMD or SHA-1 for content. */
  private static final OpenPGPPolicy POLICY = new OpenPGPDefaultPolicy();

  /** Critical subpackets that a signature may have. No critical notation is accepted. */
  private static final Set<Integer> UNDERSTOOD =
      Set.of(
          SignatureSubpacketTags.CREATION_TIME,
          SignatureSubpacketTags.EXPIRE_TIME,
          SignatureSubpacketTags.ISSUER_KEY_ID,
          SignatureSubpacketTags.ISSUER_FINGERPRINT,
          SignatureSubpacketTags.SIGNER_USER_ID);

  /** The time by which the clock of a signer may be ahead. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(15);

  /** A fingerprint says more than a key id. */
  private static final Comparator<String> LONGEST = Comparator.comparingInt(String::length);

  private final List<OpenPGPCertificate> certificates = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private OpenPgpKeys() {}

  /** Parses one or several blocks of ASCII armor, each with one or several keys. */
  static OpenPgpKeys parse(String text) {
    OpenPgpKeys keys = new OpenPgpKeys();
    if (text.contains(PRIVATE)) {
      keys.problems.add("it has a private key, which must not be there");
    }
    int number = 0;
    for (String block : BLOCKS.split(text, -1)) {
      if (block.startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----")) {
        number++;
        try {
          keys.certificates.addAll(
              new OpenPGPKeyReader(IMPLEMENTATION, POLICY).parseCertificates(block));
        } catch (IOException | RuntimeException e) {
          keys.problems.add("block %d cannot be read".formatted(number));
        }
      }
    }
    return keys;
  }

  int size() {
    return certificates.size();
  }

  /** Returns what is wrong with blocks that are ignored; empty if there are none. */
  Optional<String> problems() {
    return problems.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", problems));
  }

  /**
   * Returns who made a signature.
   *
   * @param armor the signature in ASCII armor
   * @param payload the bytes that are signed
   */
  String verify(String armor, byte[] payload, Instant now) throws UnverifiedException {
    PGPSignature signature = signature(armor);
    OpenPGPComponentKey key = issuer(signature);
    String name = name(key);
    try {
      if (!POLICY.isAcceptableDocumentSignatureHashAlgorithm(
          signature.getHashAlgorithm(), signature.getCreationTime())) {
        throw UnverifiedException.invalid(
            "is signed with %s over a weak digest, such as SHA-1".formatted(name));
      }
      signature.init(new BcPGPContentVerifierBuilderProvider(), key.getPGPPublicKey());
      signature.update(payload);
      if (!signature.verify()) {
        throw UnverifiedException.invalid("has a signature by %s of other content".formatted(name));
      }
      requireValid(key, name, Date.from(now));
      OpenPGPSignature document = new OpenPGPSignature.OpenPGPDocumentSignature(signature, key);
      requireValid(document, key, name, Date.from(now));
    } catch (PGPException | RuntimeException e) { // of the library for each malformed field
      throw malformed();
    }
    return name;
  }

  private static void requireValid(OpenPGPComponentKey key, String name, Date now)
      throws UnverifiedException {
    OpenPGPComponentKey primary = key.getCertificate().getPrimaryKey();
    if (key.getRevocation(now) != null || primary.getRevocation(now) != null) {
      throw new UnverifiedException(
          SourceFailure.SIGNATURE_REVOKED,
          "is signed with %s, which its owner has revoked".formatted(name));
    }
    for (OpenPGPComponentKey one : List.of(primary, key)) {
      Date expiry = one.getKeyExpirationDateAt(now);
      if (expiry != null && !expiry.after(now)) {
        throw new UnverifiedException(
            SourceFailure.SIGNATURE_EXPIRED,
            "is signed with %s, which has expired at %s".formatted(name, expiry.toInstant()));
      }
    }
    if (!primary.isBoundAt(now) || !key.isBoundAt(now) || !key.isSigningKey(now)) {
      throw UnverifiedException.invalid(
          "is signed with %s, which its owner has not certified for signatures".formatted(name));
    }
  }

  private static void requireValid(
      OpenPGPSignature signature, OpenPGPComponentKey key, String name, Date now)
      throws UnverifiedException {
    PGPSignatureSubpacketVector statements = signature.getSignature().getHashedSubPackets();
    for (int critical : statements.getCriticalTags()) {
      if (!UNDERSTOOD.contains(critical)) {
        throw UnverifiedException.invalid(
            "has a signature by %s with a critical subpacket of type %d, which is not supported"
                .formatted(name, critical));
      }
    }
    if (signature.getCreationTime().before(key.getCreationTime())) {
      throw UnverifiedException.invalid(
          "has a signature that is older than %s, which made it".formatted(name));
    }
    if (signature.getCreationTime().toInstant().isAfter(now.toInstant().plus(CLOCK_SKEW))) {
      throw UnverifiedException.invalid(
          "has a signature by %s of a time to come, %s"
              .formatted(name, signature.getCreationTime().toInstant()));
    }
    Date expiry = signature.getExpirationTime();
    if (expiry != null && !expiry.after(now)) {
      throw new UnverifiedException(
          SourceFailure.SIGNATURE_EXPIRED,
          "has a signature by %s that has expired at %s".formatted(name, expiry.toInstant()));
    }
  }

  /** Returns the key that a signature says it is by, which is a trusted one. */
  private OpenPGPComponentKey issuer(PGPSignature signature) throws UnverifiedException {
    List<KeyIdentifier> identifiers =
        signature.getKeyIdentifiers().stream().filter(id -> !id.isWildcard()).toList();
    for (KeyIdentifier identifier : identifiers) {
      for (OpenPGPCertificate certificate : certificates) {
        OpenPGPComponentKey key = certificate.getKey(identifier);
        if (key != null) {
          return key;
        }
      }
    }
    throw new UnverifiedException(
        SourceFailure.UNKNOWN_SIGNER,
        "is signed with the OpenPGP key %s, which is not trusted"
            .formatted(
                identifiers.stream().map(OpenPgpKeys::shown).max(LONGEST).orElse("of no name")));
  }

  private static PGPSignature signature(String armor) throws UnverifiedException {
    byte[] packets;
    Object first;
    try {
      packets =
          new ArmoredInputStream(new ByteArrayInputStream(armor.getBytes(ISO_8859_1)))
              .readAllBytes();
      first = new BcPGPObjectFactory(requireOne(packets)).nextObject();
    } catch (IOException | RuntimeException e) { // of the library for each malformed field
      throw malformed();
    }
    if (!(first instanceof PGPSignatureList list) || list.get(0).getVersion() != VERSION) {
      throw malformed();
    }
    if (list.get(0).getSignatureType() != PGPSignature.BINARY_DOCUMENT) {
      throw UnverifiedException.invalid("has an OpenPGP signature of another type than of content");
    }
    return list.get(0);
  }

  /**
   * Returns the packets if they are one signature of version 4, whose lengths are bounded: others
   * could make the library reserve memory without end.
   */
  private static byte[] requireOne(byte[] packets) throws UnverifiedException {
    ByteBuffer buffer = ByteBuffer.wrap(packets);
    int header = buffer.get() & 0xff;
    boolean isNew = (header & 0x40) != 0;
    int tag = isNew ? header & 0x3f : (header & 0x3c) >> 2;
    if ((header & 0x80) == 0 || tag != SIGNATURE_TAG) {
      throw malformed();
    }
    int length = isNew ? newLength(buffer) : oldLength(buffer, header & 0x03);
    if (length < 1 || length > buffer.remaining()) {
      throw malformed();
    }
    if (length < buffer.remaining()) {
      throw UnverifiedException.invalid("has more in its signature than one OpenPGP signature");
    }
    if (buffer.get() != VERSION) {
      throw UnverifiedException.invalid(
          "has an OpenPGP signature of a version that is not supported");
    }
    return packets;
  }

  /** Returns the length of a packet; a negative one if it is in parts, or too large. */
  private static int newLength(ByteBuffer buffer) {
    int first = buffer.get() & 0xff;
    if (first < 192) {
      return first;
    }
    if (first < 224) {
      return ((first - 192) << 8) + (buffer.get() & 0xff) + 192;
    }
    return first == 255 ? buffer.getInt() : -1;
  }

  private static int oldLength(ByteBuffer buffer, int type) {
    return switch (type) {
      case 0 -> buffer.get() & 0xff;
      case 1 -> buffer.getShort() & 0xffff;
      case 2 -> buffer.getInt();
      default -> -1; // up to the end of the packets
    };
  }

  private static String name(OpenPGPComponentKey key) {
    String primary = shown(key.getCertificate().getPrimaryKey().getKeyIdentifier());
    return key.isPrimaryKey()
        ? "the OpenPGP key " + primary
        : "the OpenPGP subkey %s of %s".formatted(shown(key.getKeyIdentifier()), primary);
  }

  private static String shown(KeyIdentifier key) {
    byte[] fingerprint = key.getFingerprint();
    return fingerprint == null
        ? "%016X".formatted(key.getKeyId())
        : HexFormat.of().withUpperCase().formatHex(fingerprint);
  }

  private static UnverifiedException malformed() {
    return UnverifiedException.invalid("has a malformed OpenPGP signature");
  }
}

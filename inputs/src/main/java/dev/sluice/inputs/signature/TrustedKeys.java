package dev.sluice.inputs.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Keys whose signatures are accepted.
 *
 * @param expected the keys in words, for messages
 */
record TrustedKeys(Optional<AllowedSigners> ssh, Optional<OpenPgpKeys> openPgp, String expected) {

  /** Returns the content of the references. */
  static String text(Verification verification) throws UnverifiedException {
    return "%s\0%s"
        .formatted(resolve(verification.allowedSigners()), resolve(verification.openPgpKeys()));
  }

  /** Returns a digest of the content of the references. */
  static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static String resolve(Optional<SecretReference> reference) throws UnverifiedException {
    if (reference.isEmpty()) {
      return "";
    }
    Optional<Path> file = reference.get().file();
    if (file.filter(Files::exists).filter(place -> !Files.isRegularFile(place)).isPresent()) {
      throw unusable("%s is not a regular file".formatted(reference.get()));
    }
    try {
      return reference.get().resolve();
    } catch (IllegalStateException e) {
      throw unusable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Parses the content of the references.
   *
   * @param text as {@link #text} returns it
   */
  static TrustedKeys parse(Verification verification, String text) throws UnverifiedException {
    int second = text.indexOf('\0');
    Optional<AllowedSigners> ssh =
        verification
            .allowedSigners()
            .map(_ -> AllowedSigners.parse(text.substring(0, second), ZoneId.systemDefault()));
    Optional<OpenPgpKeys> openPgp =
        verification.openPgpKeys().map(_ -> OpenPgpKeys.parse(text.substring(second + 1)));
    List<String> expected = new ArrayList<>();
    ssh.ifPresent(
        keys ->
            expected.add(
                shown(keys.size(), "SSH", verification.allowedSigners(), keys.problems())));
    openPgp.ifPresent(
        keys ->
            expected.add(
                shown(keys.size(), "OpenPGP", verification.openPgpKeys(), keys.problems())));
    String all = String.join(" or ", expected);
    if (ssh.map(AllowedSigners::size).orElse(0) + openPgp.map(OpenPgpKeys::size).orElse(0) == 0) {
      throw unusable("there is no key to trust: " + all);
    }
    return new TrustedKeys(ssh, openPgp, all);
  }

  /** Returns who signed a commit or tag. */
  String signer(SignedData data, Instant now) throws UnverifiedException {
    String signature =
        data.signature()
            .map(String::strip)
            .orElseThrow(() -> new UnverifiedException(SourceFailure.UNSIGNED, "is not signed"));
    if (signature.startsWith(SshSignature.BEGIN)) {
      SshSignature parsed = SshSignature.parse(signature);
      AllowedSigners signers = ssh.orElse(AllowedSigners.NONE);
      return parsed.verify(signers, data.payload(), data.time().orElse(now), now);
    }
    if (signature.startsWith(OpenPgpKeys.BEGIN)) {
      return openPgp.orElse(OpenPgpKeys.NONE).verify(signature, data.payload(), now);
    }
    throw UnverifiedException.invalid("has a signature that is neither of SSH nor of OpenPGP");
  }

  private static String shown(
      int keys, String kind, Optional<SecretReference> reference, Optional<String> problems) {
    return "%d %s key%s at %s%s"
        .formatted(
            keys,
            kind,
            keys == 1 ? "" : "s",
            reference.orElseThrow(),
            problems.map(" (without: %s)"::formatted).orElse(""));
  }

  private static UnverifiedException unusable(String message) {
    return new UnverifiedException(SourceFailure.SIGNING_KEYS_UNREADABLE, message);
  }
}

package dev.sluice.contract.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.event.Checkpoint;
import java.security.MessageDigest;
import java.util.Base64;

/** The text that the signature of a checkpoint signs, and the digest that its successor names. */
public final class SignedText {

  private static final String VERSION = "sluice-checkpoint-1";

  private SignedText() {}

  static byte[] of(Checkpoint checkpoint) {
    return String.join(
            "\n",
            VERSION,
            checkpoint.topic(),
            String.valueOf(checkpoint.partition()),
            String.valueOf(checkpoint.from()),
            String.valueOf(checkpoint.until()),
            String.valueOf(checkpoint.records()),
            checkpoint.digests(),
            checkpoint.previous().orElse("-"),
            checkpoint.at().toString(),
            checkpoint.signer(),
            "")
        .getBytes(UTF_8);
  }

  /** Returns the digest of a checkpoint: that of the signed text followed by the signature. */
  public static String digest(Checkpoint checkpoint) {
    MessageDigest sha = RecordDigest.sha256();
    sha.update(of(checkpoint));
    sha.update(checkpoint.signature().getBytes(UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest());
  }
}

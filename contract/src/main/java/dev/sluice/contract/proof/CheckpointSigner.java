package dev.sluice.contract.proof;

import dev.sluice.contract.event.Checkpoint;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** Signer of checkpoints with a private Ed25519 key, which has a name. */
public final class CheckpointSigner {

  private final String name;
  private final PrivateKey key;

  /** Creates a signer whose key is named {@code name}. */
  public CheckpointSigner(String name, PrivateKey key) {
    this.name = name;
    this.key = key;
  }

  /** Returns the signed checkpoint of a range that ends before {@code until}. */
  public Checkpoint sign(
      String topic,
      int partition,
      long from,
      long until,
      RangeDigests digests,
      Optional<String> previous,
      Instant at) {
    Checkpoint unsigned =
        new Checkpoint(
            topic,
            partition,
            from,
            until,
            digests.records(),
            digests.encoded(),
            previous,
            at,
            name,
            "");
    return new Checkpoint(
        topic,
        partition,
        from,
        until,
        unsigned.records(),
        unsigned.digests(),
        previous,
        at,
        name,
        signature(unsigned));
  }

  private String signature(Checkpoint unsigned) {
    try {
      Signature signature = Signature.getInstance(SigningKeys.ALGORITHM);
      signature.initSign(key);
      signature.update(SignedText.of(unsigned));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "the key '%s' cannot sign: %s".formatted(name, e.getMessage()), e);
    }
  }
}

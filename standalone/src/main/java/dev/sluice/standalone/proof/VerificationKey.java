package dev.sluice.standalone.proof;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.proof.SigningKeys;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.KeyValues;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A public key that checkpoints are verified with, and its name. */
public record VerificationKey(String name, SecretReference location) {

  /**
   * Parses {@code name=N,public=REF}.
   *
   * @throws IllegalArgumentException if the text is not of this form
   */
  public static VerificationKey parse(String text) {
    KeyValues values = KeyValues.parse("verify-key", text, Set.of("name", "public"));
    return new VerificationKey(values.get("name"), new SecretReference(values.get("public")));
  }

  /**
   * Reads the keys.
   *
   * @throws ConfigurationException if one is missing or not of the right form, or if two have the
   *     same name
   */
  public static Map<String, PublicKey> resolve(List<VerificationKey> keys) {
    Map<String, PublicKey> resolved = new HashMap<>();
    for (VerificationKey key : keys) {
      try {
        PublicKey read = SigningKeys.publicKey(key.location().resolve());
        if (resolved.put(key.name(), read) != null) {
          throw new IllegalArgumentException("two keys have this name");
        }
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new ConfigurationException(
            List.of(
                new ConfigurationException.Problem(
                    "--verify-key", "the key '%s': %s".formatted(key.name(), e.getMessage()))));
      }
    }
    return resolved;
  }
}

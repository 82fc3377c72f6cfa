package dev.sluice.api.checkpoint;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.proof.CheckpointSigner;
import dev.sluice.contract.proof.SigningKeys;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.KeyValues;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Configuration of checkpoints.
 *
 * @param key the signing key; without one no checkpoints are written
 * @param interval the longest time for which a record is in no checkpoint
 */
public record CheckpointConfig(Optional<Key> key, Duration interval) {

  private static final Setting<Optional<Key>> KEY =
      Setting.of(
              "checkpoint-key",
              "name=N,secret=REF",
              "signs checkpoints of all topics with this Ed25519 key (PKCS #8, PEM), which is given"
                  + " by reference (env:NAME, file:PATH); the name tells keys apart after a change",
              Key::parse)
          .optional();

  private static final Setting<Duration> INTERVAL =
      Setting.duration("checkpoint-interval", "longest time for which a record is in no checkpoint")
          .or("10s");

  public static final List<Setting<?>> SETTINGS = List.of(KEY, INTERVAL);

  /** A key with its name. */
  public record Key(String name, SecretReference secret) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public Key {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("expected name= at most 63 letters, digits and . _ -");
      }
    }

    static Key parse(String text) {
      KeyValues values = KeyValues.parse("checkpoint-key", text, Set.of("name", "secret"));
      return new Key(values.get("name"), new SecretReference(values.get("secret")));
    }
  }

  /** Reads the configuration. */
  public static CheckpointConfig from(SettingValues values) {
    return new CheckpointConfig(values.get(KEY), values.get(INTERVAL));
  }

  /**
   * Returns the signer; empty if there is no key.
   *
   * @throws ConfigurationException if the key is missing or not of the right form
   */
  Optional<CheckpointSigner> signer() {
    return key.map(CheckpointConfig::signer);
  }

  private static CheckpointSigner signer(Key key) {
    try {
      return new CheckpointSigner(key.name(), SigningKeys.privateKey(key.secret().resolve()));
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new ConfigurationException(
          List.of(
              new ConfigurationException.Problem(
                  KEY.option(),
                  "the key '%s' at %s cannot be used: %s"
                      .formatted(key.name(), key.secret(), e.getMessage()))));
    }
  }
}

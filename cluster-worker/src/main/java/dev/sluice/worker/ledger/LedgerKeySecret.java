package dev.sluice.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The Secret with an installation's signing keys: {@code current} signs and verifies, {@code
 * previous}, if present, verifies. While {@code adopt} is {@code true}, ledgers that cannot be
 * verified are trusted, and signed.
 */
public final class LedgerKeySecret {

  private static final String CURRENT = "current";
  private static final String PREVIOUS = "previous";
  private static final String ADOPT = "adopt";

  private final ClusterApi api;
  private final LedgerNames names;

  public LedgerKeySecret(ClusterApi api, LedgerNames names) {
    this.api = api;
    this.names = names;
  }

  /** Reads the keys; empty if the Secret does not exist. */
  public Optional<Keyring> read() throws InterruptedException {
    return api.get(names.keyPath()).map(this::keyring);
  }

  /** Creates the Secret with a new key. Returns the existing keys if it exists by now. */
  Keyring create(boolean adopt) throws InterruptedException {
    byte[] key = new byte[Keyring.KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return create(Keyring.of(List.of(key), adopt));
  }

  /** Creates the Secret with these keys. Returns the existing keys if it exists by now. */
  Keyring create(Keyring keys) throws InterruptedException {
    api.ensureNamespace(names.namespace());
    try {
      return keyring(api.apply(names.keyPath(), secret(keys), true));
    } catch (ApiException e) {
      if (!e.isPreconditionFailed()) {
        throw e;
      }
      return read().orElseGet(() -> Keyring.unusable("it was deleted while it was created"));
    }
  }

  /** Ends the adoption, so that only signed ledgers are trusted. */
  void endAdoption() throws InterruptedException {
    ObjectNode patch = Json.mapper().createObjectNode();
    patch.putObject("data").putNull(ADOPT);
    api.patch(names.keyPath(), patch);
  }

  private ObjectNode secret(Keyring keys) {
    ObjectNode secret = Json.mapper().createObjectNode();
    secret.put("apiVersion", "v1").put("kind", "Secret").put("type", "Opaque");
    ObjectNode metadata = secret.putObject("metadata");
    metadata
        .put("name", names.keySecret())
        .put("namespace", names.namespace())
        .put("resourceVersion", ClusterApi.ABSENT);
    metadata.putObject("labels").put(LedgerNames.KEY_LABEL, "true");
    ObjectNode data = secret.putObject("data");
    List<byte[]> secrets = keys.secrets();
    data.put(CURRENT, base64(secrets.getFirst()));
    if (secrets.size() > 1) {
      data.put(PREVIOUS, base64(secrets.get(1)));
    }
    if (keys.isAdopting()) {
      data.put(ADOPT, base64("true".getBytes(UTF_8)));
    }
    return secret;
  }

  private Keyring keyring(JsonNode secret) {
    JsonNode data = secret.path("data");
    List<byte[]> keys = new ArrayList<>();
    for (String name : List.of(CURRENT, PREVIOUS)) {
      boolean isRequired = name.equals(CURRENT);
      if (!isRequired && !data.has(name)) {
        continue;
      }
      byte[] key = decoded(data.path(name).asText(""));
      if (key.length < Keyring.KEY_BYTES) {
        return Keyring.unusable(
            "its '%s' has %d bytes where a key has at least %d"
                .formatted(name, key.length, Keyring.KEY_BYTES));
      }
      keys.add(key);
    }
    String adopt = new String(decoded(data.path(ADOPT).asText("")), UTF_8).strip();
    return Keyring.of(keys, adopt.equals("true"));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0]; // no API server stores such a Secret
    }
  }
}

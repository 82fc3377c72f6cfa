package dev.sluice.receiver.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.Forge;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.receiver.authenticity.BasicCredentials;
import dev.sluice.receiver.authenticity.StandardWebhooksSignature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Current secrets of an endpoint. Never printed. */
final class LiveSecrets {

  private final List<byte[]> secrets;
  private final List<byte[]> signing;

  private LiveSecrets(List<byte[]> secrets, List<byte[]> signing) {
    this.secrets = secrets;
    this.signing = signing;
  }

  /**
   * Reads the secrets that the endpoint refers to.
   *
   * @param problems receives every secret that is missing, empty or malformed
   */
  static LiveSecrets read(Endpoint endpoint, List<ConfigurationException.Problem> problems) {
    Function<String, byte[]> form =
        endpoint.forge() == Forge.AZURE_DEVOPS
            ? BasicCredentials::key
            : secret -> secret.getBytes(UTF_8);
    return new LiveSecrets(
        keys(endpoint, endpoint.secrets(), form, problems),
        keys(endpoint, endpoint.signingSecrets(), StandardWebhooksSignature::key, problems));
  }

  List<byte[]> secrets() {
    return secrets;
  }

  List<byte[]> signing() {
    return signing;
  }

  boolean sameAs(LiveSecrets other) {
    return same(secrets, other.secrets) && same(signing, other.signing);
  }

  static ConfigurationException.Problem problem(Endpoint endpoint, String expectation) {
    return new ConfigurationException.Problem("endpoint " + endpoint.name(), expectation);
  }

  private static boolean same(List<byte[]> some, List<byte[]> others) {
    return Arrays.deepEquals(some.toArray(), others.toArray());
  }

  private static List<byte[]> keys(
      Endpoint endpoint,
      List<SecretReference> references,
      Function<String, byte[]> form,
      List<ConfigurationException.Problem> problems) {
    List<byte[]> keys = new ArrayList<>();
    for (SecretReference reference : references) {
      key(endpoint, reference, form, problems).ifPresent(keys::add);
    }
    return keys;
  }

  private static Optional<byte[]> key(
      Endpoint endpoint,
      SecretReference reference,
      Function<String, byte[]> form,
      List<ConfigurationException.Problem> problems) {
    try {
      String secret = reference.resolve();
      if (secret.isBlank()) {
        throw new IllegalStateException("the secret at " + reference + " is blank");
      }
      return Optional.of(form.apply(secret));
    } catch (IllegalStateException e) {
      problems.add(problem(endpoint, e.getMessage()));
    } catch (IllegalArgumentException e) {
      problems.add(problem(endpoint, "the secret at %s: %s".formatted(reference, e.getMessage())));
    }
    return Optional.empty();
  }
}

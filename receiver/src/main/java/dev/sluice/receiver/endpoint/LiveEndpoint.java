package dev.sluice.receiver.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.config.ConfigurationException;
import dev.sluice.contract.config.ConfigurationProblem;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.receiver.authenticity.Authenticator;
import dev.sluice.receiver.authenticity.GithubSignature;
import dev.sluice.receiver.authenticity.GitlabToken;
import dev.sluice.receiver.authenticity.StandardWebhooksSignature;
import dev.sluice.receiver.payload.GithubPayloads;
import dev.sluice.receiver.payload.GitlabPayloads;
import dev.sluice.receiver.payload.PayloadReader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** An endpoint with its secrets read: how to tell who sent something, and how to read it. */
public final class LiveEndpoint {

  private final Endpoint endpoint;
  private final Authenticator authenticator;
  private final PayloadReader reader;

  private LiveEndpoint(Endpoint endpoint, Authenticator authenticator, PayloadReader reader) {
    this.endpoint = endpoint;
    this.authenticator = authenticator;
    this.reader = reader;
  }

  /**
   * Reads all secrets.
   *
   * @return the endpoints by name
   * @throws ConfigurationException with every secret that is missing, empty or of the wrong form,
   *     and every name that comes twice
   */
  public static Map<String, LiveEndpoint> resolve(List<Endpoint> endpoints, Clock clock) {
    List<ConfigurationProblem> problems = new ArrayList<>();
    Map<String, LiveEndpoint> live = new HashMap<>();
    Set<String> names = new HashSet<>();
    for (Endpoint endpoint : endpoints) {
      List<byte[]> secrets = keys(endpoint, endpoint.secrets(), s -> s.getBytes(UTF_8), problems);
      List<byte[]> signing =
          keys(endpoint, endpoint.signingSecrets(), StandardWebhooksSignature::key, problems);
      if (!names.add(endpoint.name())) {
        problems.add(problem(endpoint, "the name is used twice"));
      }
      if (problems.isEmpty()) {
        live.put(endpoint.name(), of(endpoint, secrets, signing, clock));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return Map.copyOf(live);
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  public Authenticator authenticator() {
    return authenticator;
  }

  public PayloadReader reader() {
    return reader;
  }

  private static LiveEndpoint of(
      Endpoint endpoint, List<byte[]> secrets, List<byte[]> signing, Clock clock) {
    return switch (endpoint.forge()) {
      case GITHUB -> new LiveEndpoint(endpoint, new GithubSignature(secrets), new GithubPayloads());
      case GITLAB ->
          new LiveEndpoint(
              endpoint,
              signing.isEmpty()
                  ? new GitlabToken(secrets)
                  : new StandardWebhooksSignature(signing, clock),
              new GitlabPayloads());
    };
  }

  private static List<byte[]> keys(
      Endpoint endpoint,
      List<SecretReference> references,
      Function<String, byte[]> form,
      List<ConfigurationProblem> problems) {
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
      List<ConfigurationProblem> problems) {
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

  private static ConfigurationProblem problem(Endpoint endpoint, String expectation) {
    return new ConfigurationProblem("endpoint " + endpoint.name(), expectation);
  }
}

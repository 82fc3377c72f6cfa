package dev.sluice.receiver.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.contract.config.ConfigurationException;
import dev.sluice.contract.config.ConfigurationProblem;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.receiver.authenticity.Authenticator;
import dev.sluice.receiver.authenticity.BareSignature;
import dev.sluice.receiver.authenticity.BasicCredentials;
import dev.sluice.receiver.authenticity.GitlabToken;
import dev.sluice.receiver.authenticity.HubSignature;
import dev.sluice.receiver.authenticity.StandardWebhooksSignature;
import dev.sluice.receiver.payload.AzureDevopsPayloads;
import dev.sluice.receiver.payload.BitbucketCloudPayloads;
import dev.sluice.receiver.payload.BitbucketDataCenterPayloads;
import dev.sluice.receiver.payload.GenericPayloads;
import dev.sluice.receiver.payload.GiteaPayloads;
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
      List<byte[]> secrets = keys(endpoint, endpoint.secrets(), form(endpoint.forge()), problems);
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
    Authenticator authenticator =
        switch (endpoint.forge()) {
          case GITHUB -> new HubSignature("X-Hub-Signature-256", secrets);
          case BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER ->
              new HubSignature("X-Hub-Signature", secrets);
          case GENERIC -> new HubSignature(GenericPayloads.SIGNATURE, secrets);
          case GITLAB ->
              signing.isEmpty()
                  ? new GitlabToken(secrets)
                  : new StandardWebhooksSignature(signing, clock);
          case GITEA -> new BareSignature(List.of("X-Gitea-Signature"), secrets);
          case FORGEJO ->
              new BareSignature(List.of("X-Forgejo-Signature", "X-Gitea-Signature"), secrets);
          case GOGS -> new BareSignature(List.of("X-Gogs-Signature"), secrets);
          case AZURE_DEVOPS -> new BasicCredentials(secrets);
        };
    return new LiveEndpoint(endpoint, authenticator, reader(endpoint.forge()));
  }

  private static PayloadReader reader(Forge forge) {
    return switch (forge) {
      case GITHUB -> new GithubPayloads();
      case GITLAB -> new GitlabPayloads();
      case GITEA -> new GiteaPayloads("Gitea");
      case FORGEJO -> new GiteaPayloads("Forgejo", "Gitea");
      case GOGS -> new GiteaPayloads("Gogs");
      case BITBUCKET_CLOUD -> new BitbucketCloudPayloads();
      case BITBUCKET_DATA_CENTER -> new BitbucketDataCenterPayloads();
      case AZURE_DEVOPS -> new AzureDevopsPayloads();
      case GENERIC -> new GenericPayloads();
    };
  }

  private static Function<String, byte[]> form(Forge forge) {
    return forge == Forge.AZURE_DEVOPS ? BasicCredentials::key : s -> s.getBytes(UTF_8);
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

package dev.sluice.receiver.endpoint;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.platform.config.KeyValues;
import dev.sluice.receiver.endpoint.Admission.RepositoryPattern;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Endpoint that a forge sends webhooks to: {@code POST /webhooks/<name>}.
 *
 * @param address prefix of the canonical names of the forge's repositories: its host, with the port
 *     if it is not the default one, and with the path before all repositories if clone URLs have
 *     one ({@code git.example.com:3000/git})
 * @param secrets webhook secrets, GitLab secret tokens or Azure DevOps {@code user:password};
 *     several during a rotation
 * @param signingSecrets GitLab signing tokens ({@code whsec_...}); if any is set, the signature is
 *     required and secret tokens are not accepted
 * @param hook API address at which the forge can be asked to redeliver
 */
public record Endpoint(
    String name,
    ForgeAddress address,
    List<SecretReference> secrets,
    List<SecretReference> signingSecrets,
    Admission admission,
    Optional<HookApi> hook) {

  private static final Set<String> KEYS =
      Set.of(
          "name",
          "forge",
          "host",
          "secret",
          "signing-secret",
          "network",
          "repository",
          "max-body",
          "hook",
          "hook-token");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  /**
   * Validates the endpoint.
   *
   * @throws IllegalArgumentException listing every problem
   */
  public Endpoint {
    secrets = List.copyOf(secrets);
    signingSecrets = List.copyOf(signingSecrets);
    List<String> problems = new ArrayList<>();
    if (!NAME.matcher(name).matches()) {
      problems.add("name is not a DNS label: lower-case letters, digits and '-'");
    }
    if (secrets.isEmpty() && signingSecrets.isEmpty()) {
      problems.add("at least one secret=env:NAME or secret=file:PATH is needed");
    }
    if (address.forge() != Forge.GITLAB && !signingSecrets.isEmpty()) {
      problems.add("signing-secret is GitLab's; other forges sign with secret");
    }
    if (address.forge() != Forge.GITHUB && hook.isPresent()) {
      problems.add("hook is GitHub's; other forges deliver again by themselves or not at all");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * Parses {@code name=N,forge=F,host=H,secret=REF} and further pairs. The host is optional for
   * forges that have a single host.
   *
   * @throws IllegalArgumentException listing every problem
   */
  public static Endpoint parse(String text) {
    KeyValues values = KeyValues.parse("endpoint", text, KEYS);
    Forge forge = Forge.parse(values.get("forge"));
    return new Endpoint(
        values.get("name"),
        address(forge, values),
        values.all("secret").stream().map(SecretReference::new).toList(),
        values.all("signing-secret").stream().map(SecretReference::new).toList(),
        new Admission(
            values.all("network").stream().map(Network::parse).toList(),
            values.all("repository").stream()
                .map(pattern -> RepositoryPattern.of(forge, pattern))
                .toList(),
            values.find("max-body").map(Endpoint::bytes)),
        hook(values));
  }

  public Forge forge() {
    return address.forge();
  }

  private static ForgeAddress address(Forge forge, KeyValues values) {
    String host =
        values
            .find("host")
            .or(forge::publicHost)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "forge=%s needs host=... as clone URLs have it"
                            .formatted(forge.configName())));
    try {
      return ForgeAddress.parse(forge, host);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "host is not a host name, with port and path where clone URLs have them: "
              + e.getMessage(),
          e);
    }
  }

  private static Optional<HookApi> hook(KeyValues values) {
    Optional<SecretReference> token = values.find("hook-token").map(SecretReference::new);
    Optional<URI> hook = values.find("hook").map(URI::create);
    if (hook.isPresent() != token.isPresent()) {
      throw new IllegalArgumentException("hook=URL and hook-token=REF are expected together");
    }
    return hook.flatMap(uri -> token.map(reference -> new HookApi(uri, reference)));
  }

  private static int bytes(String text) {
    try {
      int bytes = Integer.parseInt(text);
      if (bytes > 0) {
        return bytes;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new IllegalArgumentException("expected max-body as a number of bytes");
  }
}

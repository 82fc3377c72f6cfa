package dev.sluice.receiver.endpoint;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.platform.config.KeyValues;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One place that a forge sends its webhooks to: {@code POST /webhooks/<name>}.
 *
 * @param address what the canonical names of the forge's repositories begin with: its host, the
 *     port where it is not the default, and where its clone URLs have one the path before all
 *     repositories ({@code git.example.com:3000/git})
 * @param secrets webhook secrets, GitLab secret tokens or Azure DevOps {@code user:password};
 *     several while they are rotated
 * @param signingSecrets GitLab signing tokens ({@code whsec_...}); with any of them the signature
 *     is required and secret tokens no longer do
 * @param hook where the forge can be asked to deliver again what it could not deliver
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
   * @throws IllegalArgumentException with everything that is wrong
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
   * Reads {@code name=N,forge=F,host=H,secret=REF} and further pairs; the host may be left out
   * where the forge has one for all.
   *
   * @throws IllegalArgumentException with everything that is wrong
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
                            .formatted(forge.written())));
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
      // falls through to the one message
    }
    throw new IllegalArgumentException("expected max-body as a number of bytes");
  }
}

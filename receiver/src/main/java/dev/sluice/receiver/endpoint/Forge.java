package dev.sluice.receiver.endpoint;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose webhooks an endpoint understands. */
public enum Forge {
  GITHUB("github.com"),
  GITLAB("gitlab.com"),
  GITEA(),
  FORGEJO(),
  GOGS(),
  BITBUCKET_CLOUD("bitbucket.org"),
  BITBUCKET_DATA_CENTER(),
  AZURE_DEVOPS("dev.azure.com"),
  /** Anything that signs Sluice's own small body. */
  GENERIC();

  private final Optional<String> publicHost;

  Forge(String publicHost) {
    this.publicHost = Optional.of(publicHost);
  }

  Forge() {
    this.publicHost = Optional.empty();
  }

  /** The host that an endpoint without a host of its own means, where there is one for all. */
  Optional<String> publicHost() {
    return publicHost;
  }

  /** As people write it, such as {@code bitbucket-cloud}. */
  public String written() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All of them as people write them. */
  public static String allWritten() {
    return Arrays.stream(values()).map(Forge::written).collect(Collectors.joining("|"));
  }

  /**
   * Reads what people write.
   *
   * @throws IllegalArgumentException with all there are
   */
  static Forge parse(String written) {
    return Arrays.stream(values())
        .filter(forge -> forge.written().equals(written))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected forge=" + allWritten()));
  }
}

package dev.sluice.receiver.endpoint;

/** Whose webhooks an endpoint understands. */
public enum Forge {
  GITHUB("github.com"),
  GITLAB("gitlab.com");

  private final String publicHost;

  Forge(String publicHost) {
    this.publicHost = publicHost;
  }

  /** The host that an endpoint without a host of its own means. */
  String publicHost() {
    return publicHost;
  }
}

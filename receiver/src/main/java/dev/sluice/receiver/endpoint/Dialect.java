package dev.sluice.receiver.endpoint;

import dev.sluice.contract.name.Forge;
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
import java.util.List;

/** Authenticator and payload reader of each forge. */
final class Dialect {

  private Dialect() {}

  /**
   * Returns the authenticator. If GitLab signing tokens are configured, the signature is required
   * and the plain token is ignored.
   */
  static Authenticator authenticator(Forge forge, LiveSecrets live, Clock clock) {
    List<byte[]> secrets = live.secrets();
    return switch (forge) {
      case GITHUB -> new HubSignature("X-Hub-Signature-256", secrets);
      case BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER -> new HubSignature("X-Hub-Signature", secrets);
      case GENERIC -> new HubSignature(GenericPayloads.SIGNATURE, secrets);
      case GITLAB ->
          live.signing().isEmpty()
              ? new GitlabToken(secrets)
              : new StandardWebhooksSignature(live.signing(), clock);
      case GITEA -> new BareSignature(List.of("X-Gitea-Signature"), secrets);
      case FORGEJO ->
          new BareSignature(List.of("X-Forgejo-Signature", "X-Gitea-Signature"), secrets);
      case GOGS -> new BareSignature(List.of("X-Gogs-Signature"), secrets);
      case AZURE_DEVOPS -> new BasicCredentials(secrets);
    };
  }

  static PayloadReader reader(Forge forge) {
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
}

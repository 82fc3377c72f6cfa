package dev.sluice.standalone.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.receiver.endpoint.Endpoint;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WebhookSetupTest {

  @ParameterizedTest
  @CsvSource({
    "https://github.com/Acme/Shop.git, GITHUB, github.com, acme/shop",
    "git@gitlab.com:acme/tools/shop.git, GITLAB, gitlab.com, acme/tools/shop",
    "https://gitlab.example.com/acme/tools/shop.git, GITLAB, gitlab.example.com, acme/tools/shop",
    "https://my-gitea.example.com:3000/git/acme/shop, GITEA, my-gitea.example.com:3000/git,"
        + " acme/shop",
    "https://codeberg.org/acme/shop.git, FORGEJO, codeberg.org, acme/shop",
    "https://bitbucket.org/acme/shop.git, BITBUCKET_CLOUD, bitbucket.org, acme/shop",
    "https://bitbucket.example.com/scm/acme/shop.git, BITBUCKET_DATA_CENTER,"
        + " bitbucket.example.com/scm, acme/shop",
    "https://dev.azure.com/acme/tools/_git/shop, AZURE_DEVOPS, dev.azure.com, acme/tools/_git/shop",
    "https://git.example.com/Group/Shop.git, GENERIC, git.example.com, Group/Shop",
    "file:///srv/git/shop.git, GENERIC, localhost, srv/git/shop"
  })
  void anEndpointOfTheForgeNamesTheRepositoryAsTheFleetDoes(
      String url, Forge forge, String host, String path) {
    RecognisedForge recognised = RecognisedForge.of(Optional.empty(), RepositoryId.fromUrl(url));
    RepositoryId repository = RepositoryId.fromUrl(url, Optional.of(recognised.forge()));

    WebhookSetup setup = setup(recognised, repository);
    Endpoint endpoint = Endpoint.parse(setup.option());

    assertThat(recognised.forge()).isEqualTo(forge);
    assertThat(endpoint.address().prefix()).isEqualTo(host);
    assertThat(endpoint.address().pathOf(repository)).isEqualTo(path);
    assertThat(endpoint.address().repository(path)).isEqualTo(repository);
  }

  @Test
  void theUsersWordWinsOverTheNameOfTheHost() {
    RepositoryId repository = RepositoryId.fromUrl("https://gitlab.example.com/acme/shop");

    assertThat(RecognisedForge.of(Optional.of(Forge.GITEA), repository))
        .isEqualTo(new RecognisedForge(Forge.GITEA, RecognisedForge.Basis.GIVEN));
    assertThat(RecognisedForge.of(Optional.empty(), repository).basis())
        .isEqualTo(RecognisedForge.Basis.HOST_NAME);
  }

  @ParameterizedTest
  @EnumSource(Forge.class)
  void everyForgeIsToldUrlSecretAndEvents(Forge forge) {
    RepositoryId repository =
        RepositoryId.fromUrl("https://git.example.com/acme/_git/shop", Optional.of(forge));
    WebhookSetup setup = setup(new RecognisedForge(forge, RecognisedForge.Basis.GIVEN), repository);

    assertThat(setup.entries().toString())
        .contains("https://sluice.example.com/webhooks/" + setup.endpoint(), "secret-file");
    if (forge != Forge.GENERIC) {
      assertThat(setup.entries().toString()).contains("ush", " request");
    }
  }

  @Test
  void withoutAPublicUrlTheHostIsLeftToTheUser() {
    RepositoryId repository = RepositoryId.fromUrl("https://github.com/acme/shop");
    WebhookSetup setup =
        new WebhookSetup(
            RecognisedForge.of(Optional.empty(), repository).address(repository),
            repository,
            Path.of("secret-file"),
            Optional.empty());

    assertThat(setup.entries())
        .contains(
            new WebhookSetup.Entry("where", "https://github.com/acme/shop/settings/hooks/new"),
            new WebhookSetup.Entry("Payload URL", "http://HOST:8080/webhooks/github"),
            new WebhookSetup.Entry("Content type", "application/json"),
            new WebhookSetup.Entry("Secret", "the content of secret-file"));
  }

  private static WebhookSetup setup(RecognisedForge recognised, RepositoryId repository) {
    return new WebhookSetup(
        recognised.address(repository),
        repository,
        Path.of("secret-file"),
        Optional.of(URI.create("https://sluice.example.com/")));
  }
}

package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.ForgeAddress;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.dispatcher.fleet.FleetReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A repository has one canonical name, whether a webhook names it, by its path or its URL, at an
 * endpoint of the receiver, or the fleet by its clone URL.
 */
class OneNameTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    // ports and path prefixes
    "gitea, git.example:3000, Acme/Shop, http://git.example:3000/acme/shop.git",
    "gitea, git.example, acme/shop, https://git.example:443/acme/shop",
    "gitea, git.example, acme/shop, ssh://git@git.example:2222/acme/shop.git",
    "gitea, git.example:3000/git, acme/shop, https://git.example:3000/git/acme/shop.git",
    "bitbucket-data-center, git.example/scm, PRJ/shop, https://git.example/scm/prj/shop.git",
    // user, .git, trailing slash, upper case
    "github, github.com, Acme/Shop, https://github.com/acme/shop",
    "github, github.com, Acme/Shop, https://GitHub.com/Acme/Shop.git/",
    "github, github.com, Acme/Shop, git@github.com:Acme/Shop.git",
    "github, github.com, Acme/Shop, ssh://git@ssh.github.com:443/acme/shop.git",
    "github, ghe.example, Acme/Shop, HTTPS://GHE.Example/acme/SHOP.git",
    "gitlab, git.example, group/sub/shop, git@git.example:group/sub/shop.git",
    // percent-encoding and spaces
    "generic, git.example, my repo, https://git.example/my%20repo.git",
    "generic, git.example, my%20repo, https://git.example/my repo.git",
    "generic, git.example, a.b, https://git.example/a%2Eb/",
    // Azure DevOps
    "azure-devops, dev.azure.com, https://dev.azure.com/Org/My%20Project/_git/My%20Repo,"
        + " https://Org@dev.azure.com/Org/My%20Project/_git/My%20Repo",
    "azure-devops, dev.azure.com, https://Org@dev.azure.com/Org/My%20Project/_git/My%20Repo,"
        + " https://dev.azure.com/org/My Project/_git/My Repo",
    "azure-devops, dev.azure.com, https://dev.azure.com/Org/My%20Project/_git/My%20Repo,"
        + " git@ssh.dev.azure.com:v3/Org/My%20Project/My%20Repo",
    "azure-devops, dev.azure.com, https://dev.azure.com/Org/My%20Project/_git/My%20Repo,"
        + " ssh://git@ssh.dev.azure.com/v3/Org/My%20Project/My%20Repo",
    "azure-devops, dev.azure.com, https://Org.visualstudio.com/My%20Project/_git/My%20Repo,"
        + " https://Org.visualstudio.com/DefaultCollection/My%20Project/_git/My%20Repo",
    "azure-devops, Org.visualstudio.com, https://Org.visualstudio.com/_git/shop,"
        + " https://dev.azure.com/org/shop/_git/shop",
  })
  void webhookAndFleetNameTheSameRepository(
      String forge, String host, String inWebhook, String inFleet) throws IOException {
    ForgeAddress address = ForgeAddress.parse(Forge.parse(forge), host);
    RepositoryId named =
        inWebhook.contains("://") ? address.repositoryAt(inWebhook) : address.repository(inWebhook);

    assertThat(inFleet(forge, inFleet)).isEqualTo(named);
  }

  private RepositoryId inFleet(String forge, String url) throws IOException {
    Files.writeString(
        directory.resolve("fleet.yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: shop}
        spec: {url: "%s", forge: %s}
        """
            .formatted(url, forge));
    FleetReading reading = FleetLoader.read(directory);
    assertThat(reading.problems()).isEmpty();
    return reading.repositories().getFirst().id();
  }
}

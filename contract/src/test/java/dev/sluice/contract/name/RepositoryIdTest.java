package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryIdTest {

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080/demo/apps/, localhost:8080/demo/apps",
    "http://git.example:3000/a/b.git, git.example:3000/a/b",
    "http://git.example:4000/a/b.git, git.example:4000/a/b",
    "http://git.example:80/a/b.git, git.example/a/b",
    "http://git.example:443/a/b.git, git.example:443/a/b",
    "https://git.example:443/a/b.git, git.example/a/b",
    "https://git.example:0443/a/b.git, git.example/a/b",
    "https://git.example:/a/b.git, git.example/a/b",
    "https://git.example:80/a/b.git, git.example:80/a/b",
    "ssh://git@git.example:22/a/b.git, git.example/a/b",
    "ssh://git@git.example:2222/a/b/c.git, git.example/a/b/c",
    "git@git.example:a/b.git, git.example/a/b",
    "http://git.example/git/a/b.git, git.example/git/a/b",
    "http://git.example:3000/git/a/b.git, git.example:3000/git/a/b",
  })
  void theWrongRepositoryIsNotNamedByLeavingOutThePort(String url, String expected) {
    assertThat(RepositoryId.fromUrl(url)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://Git.Example/Team/App.git, git.example/Team/App",
    "git@Git.Example:Team/App.git, git.example/Team/App",
    "https://GitHub.com/Team/App.git, github.com/team/app",
    "https://GitHub.com/Team/App.GIT, github.com/team/app",
    "https://acme.ghe.com/Team/App.git, acme.ghe.com/team/app",
    "https://gitlab.com/Team/App, gitlab.com/team/app",
    "https://codeberg.org/Team/App, codeberg.org/team/app",
    "ssh://git@ssh.github.com:443/Team/App.git, github.com/team/app",
    "ssh://git@altssh.gitlab.com:443/Team/App.git, gitlab.com/team/app",
    "file:///srv/Git/App.git, localhost/srv/Git/App",
  })
  void theWrongRepositoryIsNotNamedByIgnoringThePathsCase(String url, String expected) {
    assertThat(RepositoryId.fromUrl(url)).hasToString(expected);
  }

  @ParameterizedTest
  @EnumSource(Forge.class)
  void thePathsCaseIsIgnoredWhereTheForgeIgnoresIt(Forge forge) {
    assertThat(RepositoryId.fromUrl("https://git.example/Team/App.git", Optional.of(forge)))
        .hasToString(forge == Forge.GENERIC ? "git.example/Team/App" : "git.example/team/app");
  }

  @ParameterizedTest
  @CsvSource({
    "https://git.example./a/b, git.example/a/b",
    "https://me:pw@git.example/a/b, git.example/a/b",
    "https://git.ex\u00e4mple/a/b, git.xn--exmple-cua/a/b",
    "https://BÜCHER.example/a/b, xn--bcher-kva.example/a/b",
    "http://[::1]:3000/a/b, [0:0:0:0:0:0:0:1]:3000/a/b",
    "http://[0:0::1]:3000/a/b, [0:0:0:0:0:0:0:1]:3000/a/b",
    "ssh://git@[2001:DB8::1]:22/a/b, [2001:db8:0:0:0:0:0:1]/a/b",
    "HTTPS://git.example/a/b, git.example/a/b",
    "https://git.example/my%20repo, git.example/my%20repo",
    "https://git.example/my repo, git.example/my%20repo",
    "https://git.example/a%2Eb/c%c3%a9, git.example/a.b/c\u00e9",
    "https://git.example/c%23/100%25, git.example/c%23/100%25",
    "git@git.example:100%/a, git.example/100%25/a",
    "/srv/app/.git, -",
    "file:///srv/app/.git, localhost/srv/app/.git",
  })
  void oneRepositoryHasOneName(String url, String expected) {
    if (expected.equals("-")) {
      assertThatThrownBy(() -> RepositoryId.fromUrl(url))
          .isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(RepositoryId.fromUrl(url)).hasToString(expected);
      assertThat(new RepositoryId(expected)).hasToString(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://dev.azure.com/Org/My%20Project/_git/My%20Repo",
        "https://Org@dev.azure.com/Org/My%20Project/_git/My%20Repo",
        "https://dev.azure.com/org/my%20project/_git/my%20repo/",
        "https://dev.azure.com/Org/My Project/_git/My Repo",
        "https://dev.azure.com/Org/My%20Project/_git/_full/My%20Repo",
        "https://dev.azure.com/Org/My%20Project/_git/_optimized/My%20Repo",
        "https://Org.visualstudio.com/My%20Project/_git/My%20Repo",
        "https://Org.visualstudio.com/DefaultCollection/My%20Project/_git/My%20Repo",
        "git@ssh.dev.azure.com:v3/Org/My%20Project/My%20Repo",
        "ssh://git@ssh.dev.azure.com/v3/Org/My%20Project/My%20Repo",
        "ssh://git@ssh.dev.azure.com:22/v3/Org/My%20Project/My%20Repo",
        "Org@vs-ssh.visualstudio.com:v3/Org/My%20Project/My%20Repo",
        "ssh://Org@vs-ssh.visualstudio.com:22/My%20Project/_ssh/My%20Repo",
        "ssh://Org@vs-ssh.visualstudio.com:22/DefaultCollection/My%20Project/_ssh/My%20Repo",
      })
  void oneRepositoryOfAzureDevopsHasOneName(String url) {
    assertThat(RepositoryId.fromUrl(url))
        .hasToString("dev.azure.com/org/my%20project/_git/my%20repo");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://dev.azure.com/org/_git/app",
        "https://org.visualstudio.com/_git/App",
        "https://org.visualstudio.com/DefaultCollection/_git/app",
        "https://dev.azure.com/org/app/_git/app",
      })
  void aRepositoryOfAzureDevopsMayBeNamedLikeItsProject(String url) {
    assertThat(RepositoryId.fromUrl(url)).hasToString("dev.azure.com/org/app/_git/app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://git.example/a%2f..%2fb",
        "https://git.example/%2e%2e/b",
        "https://git.example/a%00b",
        "https://git.example/a%zzb",
        "https://git.example/a%",
        "https://git.example/%ff",
        "https://git.example/a%0ab",
        "https://git.example/a?b",
        "https://git.example/a#b",
        "https://git.example/a%5cb",
        "https://git.example/a\u202eb",
        "https://git.example/a\u0085b",
        "https://git.example/a//b",
        "https://git.example:99999/a",
        "https://git.example:0/a",
        "https://git..example/a",
        "https://-git.example/a",
        "https://[::1/a",
        "https://[1.2.3.4]/a",
        "https://git example/a",
        "https://git.example",
        "https://git.example/",
        "https:///a/b",
      })
  void invalidUrlsAreRefused(String url) {
    assertThatThrownBy(() -> RepositoryId.fromUrl(url))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB, git.example.com, owner/Name, git.example.com/owner/name",
    "GITEA, git.example.com:3000, a/b, git.example.com:3000/a/b",
    "GITEA, http://git.example.com:3000, a/b, git.example.com:3000/a/b",
    "GITEA, http://git.example.com:80/, a/b, git.example.com/a/b",
    "GITEA, git.example.com:80, a/b, git.example.com/a/b",
    "GITEA, git.example.com:443, a/b, git.example.com/a/b",
    "GITEA, git.example.com:3000/git, a/b, git.example.com:3000/git/a/b",
    "GITEA, git.example.com:3000/Git/, a/b, git.example.com:3000/git/a/b",
    "GENERIC, git.example.com/Srv, Team/App, git.example.com/Srv/Team/App",
    "GENERIC, git.example.com, my%20repo, git.example.com/my%20repo",
    "GENERIC, git.example.com, my repo.git, git.example.com/my%20repo",
    "GITEA, [::1]:3000, a/b, [0:0:0:0:0:0:0:1]:3000/a/b",
    "GITLAB, Git.Example.com., a/b/c, git.example.com/a/b/c",
    "BITBUCKET_DATA_CENTER, git.example.com/scm, PRJ/repo, git.example.com/scm/prj/repo",
    "BITBUCKET_DATA_CENTER, git.example.com/scm, ~jdoe/repo, git.example.com/scm/~jdoe/repo",
    "AZURE_DEVOPS, dev.azure.com, org/My Project/_git/R,"
        + " dev.azure.com/org/my%20project/_git/r",
    "AZURE_DEVOPS, Org.visualstudio.com, My Project/_git/R,"
        + " dev.azure.com/org/my%20project/_git/r",
  })
  void anEndpointNamesRepositoriesAsTheFleetDoes(
      Forge forge, String host, String path, String expected) {
    assertThat(ForgeAddress.parse(forge, host).repository(path)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB, .*",
    "GITHUB, '.*/.*'",
    "GITHUB, a",
    "GITHUB, a/b/c",
    "GITHUB, a/b?c",
    "GITHUB, '/a/b'",
    "GITLAB, a",
    "GITLAB, 'a/[b]'",
    "GITLAB, a/../b",
    "GITEA, 'a/b\\c'",
    "GITEA, 'a/b c'",
    "GITEA, 'a/..'",
    "GOGS, a/b|c",
    "BITBUCKET_CLOUD, a/b*",
    "BITBUCKET_DATA_CENTER, 'a/{b}'",
    "AZURE_DEVOPS, org/project/repo",
    "AZURE_DEVOPS, org/project/_git/.*",
    "GENERIC, a/../b",
    "GENERIC, ''",
  })
  void aPatternIsNotARepositoryName(Forge forge, String path) {
    ForgeAddress address = ForgeAddress.parse(forge, "git.example.com");

    assertThatThrownBy(() -> address.repository(path)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "dev.azure.com, https://Org.visualstudio.com/P/_git/R, dev.azure.com/org/p/_git/r",
    "dev.azure.com/Org, https://dev.azure.com/Org/P/_git/R, dev.azure.com/org/p/_git/r",
    "Org.visualstudio.com, https://dev.azure.com/Org/P/_git/R, dev.azure.com/org/p/_git/r",
    "tfs.example/tfs, https://tfs.example/tfs/C/P/_git/R, tfs.example/tfs/c/p/_git/r",
    "tfs.example:8080/tfs, http://tfs.example:8080/tfs/C/P/_git/R, tfs.example:8080/tfs/c/p/_git/r",
  })
  void anEndpointOfAzureDevopsAcceptsAllItsUrlForms(String host, String url, String expected) {
    ForgeAddress address = ForgeAddress.parse(Forge.AZURE_DEVOPS, host);

    assertThat(address.repositoryAt(url)).hasToString(expected);
    assertThatThrownBy(() -> address.repositoryAt("https://tfs.example.org/tfs/C/P/_git/R"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesThatDifferByCaseGoToOnePartition() {
    RepositoryId one = RepositoryId.fromUrl("https://git.example:3000/Team/My%20App.git");
    RepositoryId other = RepositoryId.fromUrl("https://git.example:3000/team/my%20app.git");

    assertThat(one).isNotEqualTo(other);
    assertThat(one.key()).isEqualTo(other.key()).isEqualTo("git.example:3000/team/my%20app");
    assertThat(new RepositoryId(one.key())).isEqualTo(other);
  }

  @ParameterizedTest
  @CsvSource({
    "Git.example:3000/Team/App, git.example:3000/Team/App",
    "github.com/Team/App, github.com/team/app",
    "https://git.example/Team/App.git, git.example/Team/App",
    "git@git.example:Team/App.git, git.example/Team/App",
    "[::1]:3000/a, [0:0:0:0:0:0:0:1]:3000/a",
  })
  void parsesANameOrAUrl(String text, String expected) {
    assertThat(RepositoryId.parse(text)).hasToString(expected);
  }

  @Test
  void aRenamedRepositoryHasAnotherLastSegment() {
    assertThat(new RepositoryId("dev.azure.com/o/p/_git/old").beside("New Name"))
        .hasToString("dev.azure.com/o/p/_git/new%20name");
  }
}

package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmoduleUrlTest {

  @ParameterizedTest
  @CsvSource({
    // those of git-submodule(1) and of t/t0060-path-utils.sh in Git's own tests
    "https://forge.example/acme/shop.git, ../bases.git, https://forge.example/acme/bases.git",
    "https://forge.example/acme/shop.git/, ../bases/, https://forge.example/acme/bases",
    "https://forge.example/acme/shop, ./sub, https://forge.example/acme/shop/sub",
    "https://forge.example/acme/shop, ../../other/bases, https://forge.example/other/bases",
    "https://forge.example:8443/acme/shop, ../../bases, https://forge.example:8443/bases",
    "https://forge.example/acme/shop, .././../bases, https://forge.example/bases",
    "ssh://git@forge.example:22/acme/shop, ../bases, ssh://git@forge.example:22/acme/bases",
    "git@forge.example:acme/shop.git, ../bases.git, git@forge.example:acme/bases.git",
    "git@forge.example:shop.git, ../bases.git, git@forge.example:bases.git",
    "git@forge.example:acme/shop.git, ../../bases.git, git@forge.example:bases.git",
    "file:///srv/git/shop.git, ../bases.git, file:///srv/git/bases.git",
    "https://forge.example/a/b, https://other.example/c/d, https://other.example/c/d",
    "https://forge.example/a/b, git@other.example:c/d, git@other.example:c/d",
    "https://forge.example/a/b, other.example:c/d, other.example:c/d",
  })
  void resolvesLikeGit(String parent, String written, String resolved) {
    assertThat(SubmoduleUrl.resolved(parent, written)).isEqualTo(resolved);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-uexec",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=x:y",
        "ext::sh -c touch% /tmp/x",
        "file:///etc",
        "/srv/git/bases.git",
        "..",
        "",
        "git://forge.example/a/b",
        "ftp://forge.example/a/b",
        "https://",
        "../../../../bases.git",
        "../a\nb",
        "u@-oProxyCommand=x:y",
      })
  void refusesWhatNamesNoRepositoryOfAForge(String written) {
    assertThatThrownBy(() -> SubmoduleUrl.resolved("https://forge.example/acme/shop.git", written))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesALongUrlWithoutResolvingIt() {
    String written = "./".repeat(1_000) + "bases.git";

    assertThatThrownBy(() -> SubmoduleUrl.resolved("https://forge.example/acme/shop.git", written))
        .hasMessageContaining("longer than 2000 characters");
  }

  @Test
  void findsASubmoduleByItsPath() {
    String gitmodules =
        """
        [submodule "one"]
        \tpath = vendor/one
        \turl = ../one.git
        [submodule "two"]
        \tpath = vendor/two
        \tupdate = !touch /tmp/x
        """;
    assertThat(SubmoduleUrl.written(gitmodules, "vendor/one")).contains("../one.git");
    assertThat(SubmoduleUrl.written(gitmodules, "vendor/two")).isEmpty();
    assertThat(SubmoduleUrl.written(gitmodules, "one")).isEmpty();
    assertThatThrownBy(() -> SubmoduleUrl.written("[submodule", "one"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  @ParameterizedTest
  @CsvSource({
    "https://GitHub.com/Acme/Shop.git, github.com/acme/shop",
    "https://token@github.com/acme/shop, github.com/acme/shop",
    "git@github.com:acme/shop.git, github.com/acme/shop",
    "file:///srv/git/apps.git, localhost/srv/git/apps",
  })
  void urlsOfOneRepositoryHaveOneName(String url, String expected) {
    assertThat(RepositoryId.fromUrl(url)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "boom",
        "/srv/git",
        "https://",
        "https://host",
        "https://host/a/../b",
        "a:b\nc"
      })
  void invalidUrlsAreRefused(String url) {
    assertThatThrownBy(() -> RepositoryId.fromUrl(url))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "host/",
        "/a",
        "host//a",
        "host/a/",
        "host/.",
        "host/../a",
        "-host/a",
        "host-/a",
        "host/a b",
        "host/a\u007f",
        "host/a#b",
        "host/a?b",
        "host/a%2e",
        "host/a\\b"
      })
  void namesOfRepositoriesHaveOneForm(String name) {
    assertThatThrownBy(() -> new RepositoryId(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h/a",
        "h/A",
        "h/my%20repo",
        "[0:0:0:0:0:0:0:1]:3000/a/b",
        "git.example.com:8443/a/b.c/d_e",
        "host/...",
        "host/.a",
        "h/\u00fc"
      })
  void namesOfRepositoriesMayHaveManyCharacters(String name) {
    assertThat(new RepositoryId(name)).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main",
        "refs/heads/",
        "refs/heads/a..b",
        "refs/heads/a b",
        "refs/heads/a\0b",
        "refs/heads/.a",
        "refs/heads/a.lock",
        "refs//a",
        "refs/heads/a^",
        "refs/heads/@{1}"
      })
  void refNamesThatGitRefusesAreRefused(String ref) {
    assertThatThrownBy(() -> new GitRef(ref)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theAllZeroIdIsNotACommit() {
    assertThat(CommitId.orNone("0".repeat(40))).isEmpty();
    assertThat(CommitId.orNone("0".repeat(64))).isEmpty();
    assertThat(CommitId.orNone("A".repeat(40)).orElseThrow()).hasToString("a".repeat(40));
    assertThatThrownBy(() -> CommitId.orNone("abc")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CommitId.orNone("g".repeat(40)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CommitId("0".repeat(40)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CommitId("A".repeat(40)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "A", "a.b", "a_b"})
  void namesAreDnsLabels(String name) {
    assertThatThrownBy(() -> new ApplicationName(name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ClusterName(name)).isInstanceOf(IllegalArgumentException.class);
  }
}

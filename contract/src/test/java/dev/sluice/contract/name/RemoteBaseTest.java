package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteBaseTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      emptyValue = "",
      value = {
        "https://github.com/acme/bases//web/prod?ref=v1.2 | github.com/acme/bases | v1.2 |"
            + " web/prod",
        "https://github.com/Acme/Bases/web?ref=v1         | github.com/acme/bases | v1   | web",
        "https://github.com/acme/bases?ref=v1             | github.com/acme/bases | v1   | ''",
        "https://github.com/acme/bases.git/web?ref=v1     | github.com/acme/bases | v1   | web",
        "https://me:pw@git.example/a/b/c//d?ref=v1        | git.example/a/b/c     | v1   | d",
        "https://git.example:8443/a/b//d?timeout=9&ref=v1 | git.example:8443/a/b  | v1   | d",
        "http://Git.example:3000/Team/Base//d?ref=v1      | git.example:3000/Team/Base | v1 | d",
        "http://[::1]:3000/a/b//d?ref=v1      | [0:0:0:0:0:0:0:1]:3000/a/b | v1 | d",
        "https://dev.azure.com/Org/My%20Project/_git/My%20Base//d?ref=v1"
            + " | dev.azure.com/org/my%20project/_git/my%20base | v1 | d",
        "git@ssh.dev.azure.com:v3/Org/My%20Project/Base//d?ref=v1"
            + " | dev.azure.com/org/my%20project/_git/base | v1 | d",
        "https://git.example/a/b//d?ref=team%2Fv1         | git.example/a/b       | team/v1 | d",
        "github.com/acme/bases/web?ref=v1                 | github.com/acme/bases | v1   | web",
        "github.com/acme/bases                            | github.com/acme/bases | -    | ''",
        "git@github.com:acme/bases//web?ref=v1            | github.com/acme/bases | v1   | web",
        "git@git.example:team/sub/bases.git?ref=v1        | git.example/team/sub/bases | v1 | ''",
        "ssh://git@git.example:2222/acme/bases//web?ref=a | git.example/acme/bases | a   | web",
        "git::https://git.example/acme/bases//web?version=a | git.example/acme/bases | a | web",
        "https://dev.azure.example/o/p/_git/bases/web?ref=a"
            + " | dev.azure.example/o/p/_git/bases | a | web",
        "file:///srv/git/bases?ref=v1                     | localhost/srv/git/bases | v1 | ''",
        "file:///srv/git/bases//web?ref=v1                | localhost/srv/git/bases | v1 | web",
        "https://raw.githubusercontent.com/acme/bases/v1/web/a.yaml"
            + " | github.com/acme/bases | v1 | web/a.yaml",
        "https://raw.githubusercontent.com/acme/bases/refs/tags/v1/a.yaml"
            + " | github.com/acme/bases | v1 | a.yaml",
        "https://github.com/acme/bases/raw/v1/web/a.yaml  | github.com/acme/bases | v1 |"
            + " web/a.yaml",
        "https://gitlab.example/a/b/c/-/raw/v1/web/a.yaml | gitlab.example/a/b/c  | v1 |"
            + " web/a.yaml",
      })
  void parsesReferencesAsKustomizeDoes(String text, String repository, String ref, String path) {
    assertThat(RemoteBase.isRemote(text)).isTrue();
    assertThat(RemoteBase.parse(text))
        .contains(new RemoteBase(new RepositoryId(repository), Optional.ofNullable(ref), path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../base", "web", "a@b", "./web?x=1", "web.yaml", "a/b:c"})
  void aPathIsNotRemote(String text) {
    assertThat(RemoteBase.isRemote(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://git.example/",
        "https:///a/b",
        "git@:x",
        "ftp://a/b/c?ref=v1\n",
        "?ref=a"
      })
  void textThatNamesNoRepositoryIsNotParsed(String text) {
    assertThat(RemoteBase.parse(text)).isEmpty();
  }

  @Test
  void aLongTextIsRejectedQuickly() {
    assertThat(RemoteBase.isRemote("?&".repeat(500_000))).isFalse();
    assertThat(RemoteBase.isRemote("?&".repeat(2_000))).isFalse();
  }

  @Test
  void everyRepositoryAndRefHasItsOwnDirectory() {
    assertThat(RemoteBase.parse("https://github.com/acme/bases//web?ref=team/v1").orElseThrow())
        .extracting(RemoteBase::directory)
        .isEqualTo(".sluice/bases/github.com+acme+bases@team+v1");
    assertThat(directory("github.com/a/b", "c+d")).isNotEqualTo(directory("github.com/a/b", "c/d"));
    assertThat(directory("github.com/a/b@c", "d")).isNotEqualTo(directory("github.com/a/b", "c@d"));
  }

  @Test
  void anotherPortOrCaseHasAnotherDirectory() {
    RemoteBase one = RemoteBase.parse("http://git.example:3000/team/base?ref=v1").orElseThrow();
    RemoteBase other = RemoteBase.parse("http://git.example:4000/team/base?ref=v1").orElseThrow();
    RemoteBase upper = RemoteBase.parse("http://git.example:3000/Team/base?ref=v1").orElseThrow();

    assertThat(one.directory()).isNotEqualTo(other.directory()).isNotEqualTo(upper.directory());
    assertThat(one.formerDirectory()).isEqualTo(".sluice/bases/git.example+team+base@v1");
    assertThat(upper.formerDirectory()).isEqualTo(one.formerDirectory());
  }

  private static String directory(String repository, String ref) {
    return new RemoteBase(new RepositoryId(repository), Optional.of(ref), "").directory();
  }
}

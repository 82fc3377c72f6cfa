package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.fleet.FleetLocation.Directory;
import dev.sluice.dispatcher.fleet.FleetLocation.InGit;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FleetLocationTest {

  @ParameterizedTest
  @ValueSource(strings = {"fleet", "/srv/fleet", "../a b", "git", "fleet@main", "a//b"})
  void aPathIsADirectory(String text) {
    assertThat(FleetLocation.parse(text)).isEqualTo(new Directory(Path.of(text)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      nullValues = "-",
      value = {
        "git+https://host/owner/repo -> https://host/owner/repo -> '' -> -",
        "git+https://host/owner/repo.git/ -> https://host/owner/repo.git -> '' -> -",
        "git+https://host/owner/repo//fleet -> https://host/owner/repo -> fleet -> -",
        "git+https://host/owner/repo//a/b/@main -> https://host/owner/repo -> a/b ->"
            + " refs/heads/main",
        "git+https://host/owner/repo@main -> https://host/owner/repo -> '' -> refs/heads/main",
        "git+https://host:8443/g/s/repo//f@release/1.0 -> https://host:8443/g/s/repo -> f ->"
            + " refs/heads/release/1.0",
        "git+https://host/o/r//f@refs/tags/v1 -> https://host/o/r -> f -> refs/tags/v1",
        "git+https://host/o/r//f@@acme/web@1.2 -> https://host/o/r -> f ->"
            + " refs/heads/@acme/web@1.2",
        "git+https://host/o/r//a//b -> https://host/o/r -> a/b -> -",
        "git+https://host/o/r//a%40b%20c@x -> https://host/o/r -> a@b c -> refs/heads/x",
        "git+http://host/o/r -> http://host/o/r -> '' -> -",
        "git+https://acme@dev.azure.com/acme/shop/_git/fleet@main ->"
            + " https://acme@dev.azure.com/acme/shop/_git/fleet -> '' -> refs/heads/main",
        "git+ssh://git@host/owner/repo//fleet@main -> ssh://git@host/owner/repo -> fleet ->"
            + " refs/heads/main",
        "git+ssh://git@host:2222/owner/repo -> ssh://git@host:2222/owner/repo -> '' -> -",
        "git+git@host:owner/repo.git//fleet@main -> git@host:owner/repo.git -> fleet ->"
            + " refs/heads/main",
        "git+file:///srv/fleet.git//fleet@main -> file:///srv/fleet.git -> fleet ->"
            + " refs/heads/main",
        "git+/srv/fleet.git//fleet@main -> file:///srv/fleet.git -> fleet -> refs/heads/main",
        "git+/srv/a%40b c.git -> file:///srv/a@b%20c.git -> '' -> -",
      })
  void anAddressHasUrlPathAndRef(String text, String url, String path, String ref) {
    assertThat(FleetLocation.parse(text))
        .isEqualTo(new InGit(url, path, Optional.ofNullable(ref).map(GitRef::new)));
  }

  @Test
  void aRelativePathBecomesAbsolute() {
    assertThat(FleetLocation.parse("git+x/../fleet.git"))
        .isEqualTo(
            new InGit("file://" + Path.of("fleet.git").toAbsolutePath(), "", Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "git+https://host/owner/repo",
        "git+https://host/owner/repo//a/b@release/1.0",
        "git+ssh://git@host/r@refs/tags/v1",
      })
  void anAddressIsShownAsItIsWritten(String text) {
    assertThat(FleetLocation.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "git+https://s3cret@host/owner/repo",
        "git+https://user:s3cret@host/owner/repo",
        "git+ssh://git:s3cret@host/owner/repo",
        "git+https://user:s3cret@host",
        "git+https://user:s3cr/et@host/owner/repo",
        "git+https://user:s3cr@et@host/owner/repo@main",
      })
  void credentialsAreRefusedAndNotShown(String text) {
    assertThatThrownBy(() -> FleetLocation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("s3c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "git+ -> names no repository",
        "git+https://host -> names no repository",
        "git+https://host//fleet -> names no repository",
        "git+@main -> names no repository",
        "git+ftp://host/repo -> expected git+https://",
        "https://host/owner/repo -> git+URL//PATH@REF",
        "git+https://host:x/owner/repo -> no valid clone URL",
        "git+https://host/o/r//../x -> inside the repository",
        "git+https://host/o/r@ -> after the @",
        "git+https://host/o/r@a..b -> after the @",
        "git+https://host/o/r@main//fleet -> the path comes before the ref",
        "git+https://host/o/r//f?ref=main -> no '?'",
        "git+https://host/o/r//100% -> written %25",
        "git+https://host/o/r@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -> a commit cannot be"
            + " followed",
      })
  void otherTextsAreRefusedWithWhatIsExpected(String text, String message) {
    assertThatThrownBy(() -> FleetLocation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}

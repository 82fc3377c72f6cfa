package dev.sluice.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputPathsTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b.yaml", ".hidden/x", "a b/c", "..a/b..", ".github/x", "a.git/x"})
  void aPlainRelativePathMayBecomeAFile(String path) {
    assertThatCode(() -> InputPaths.checked(path)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "./a",
        "a/./b",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "a\\b",
        "a\0b",
        ".git/config",
        "a/.GIT/hooks/x",
        ".Git"
      })
  void anyOtherPathIsRefused(String path) {
    assertThat(code(() -> InputPaths.checked(path))).isEqualTo(SourceFailure.UNSAFE_PATH);
  }

  @Test
  void aPathThatLooksLikeAnOptionIsNoArgument() {
    assertThat(code(() -> InputPaths.checkedArgument("--post-renderer=x")))
        .isEqualTo(SourceFailure.INVALID_ARGUMENT);
    assertThat(code(() -> InputPaths.checkedArgument("../a"))).isEqualTo(SourceFailure.UNSAFE_PATH);
    assertThatCode(() -> InputPaths.checkedArgument("a/-b")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "link, file, file",
    "a/b/link, ../../file, file",
    "a/link, ./c//d/, a/c/d",
    "a/link, .., ''",
    "a/link, ../a/../b, b"
  })
  void aLinkMayPointAnywhereInTheTree(String link, String target, String to) throws Exception {
    assertThat(InputPaths.linkTarget(new InputFile.Link(link, target))).isEqualTo(to);
  }

  @ParameterizedTest
  @CsvSource({
    "link, ..",
    "link, ../x",
    "a/link, ../../x",
    "a/link, x/../../../y",
    "link, /etc/passwd",
    "link, 'a\\b'",
    "link, ''",
    "../link, a",
    ".git/link, a"
  })
  void aLinkOutOfTheTreeIsRefused(String link, String target) {
    assertThat(code(() -> InputPaths.linkTarget(new InputFile.Link(link, target))))
        .isEqualTo(SourceFailure.UNSAFE_PATH);
  }

  @Test
  void aReferenceIsRelativeToItsFileAndStaysInTheTree() throws Exception {
    assertThat(InputPaths.referenced("a/kustomization.yaml", "../base/./x/../y"))
        .isEqualTo("base/y");
    assertThat(InputPaths.referenced("a/kustomization.yaml", "")).isEqualTo("a");
    for (String reference : new String[] {"../../x", "/etc/passwd", "a\\..\\..\\x"}) {
      assertThat(code(() -> InputPaths.referenced("a/kustomization.yaml", reference)))
          .isEqualTo(SourceFailure.UNSAFE_PATH);
    }
  }

  private static FailureCode code(ThrowingCallable check) {
    return catchThrowableOfType(RenderException.class, check).failure().code();
  }
}

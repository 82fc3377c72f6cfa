package dev.sluice.dispatcher.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of objects. */
class ObjectKeyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a/..",
        "a/./b",
        "a//b",
        "a/",
        ".hidden",
        "a/.hidden",
        "a\\..\\b",
        "a\u0000b",
        "a\n",
        "a\nb",
        "A",
        "a b",
        "a%2e",
        "ä",
        "a:b",
        "-rf",
        "~/a",
        "1/2/3/4/5/6/7/8/9"
      })
  void hostileKeysAreRefused(String key) {
    assertThatThrownBy(() -> new ObjectKey(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("an object key has");
  }

  @Test
  void longKeysAreRefused() {
    assertThatThrownBy(() -> new ObjectKey("a".repeat(129)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ObjectKey(("a".repeat(127) + "/").repeat(4) + "a"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "blobs/00/00ff.gz", "targets/a..b/east/web/12-2.json.gz"})
  void aKeyIsAPathBelowItsDirectory(String key) {
    Path root = Path.of("/archive");

    Path resolved = root.resolve(new ObjectKey(key).value()).normalize();

    assertThat(resolved).startsWithRaw(root).isNotEqualTo(root);
  }
}

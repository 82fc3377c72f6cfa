package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.inputs.git.TreeEntry.Kind;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Finding an entry by name has the same result as listing all entries. */
@Tag("locale")
class RawDirectoryTest {

  private static final String ID = "0123456789abcdef0123456789abcdef01234567";

  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();

  @Test
  void findByNameEqualsTheListing() {
    add("100644", "a.yaml".getBytes(UTF_8));
    add("100755", "run.sh".getBytes(UTF_8));
    add("120000", "link".getBytes(UTF_8));
    add("160000", "module".getBytes(UTF_8));
    add("40000", "größe".getBytes(UTF_8));
    add("100644", "latin-\u00e4".getBytes(ISO_8859_1));
    add("100644", "bell-\u0007".getBytes(UTF_8));
    add("100644", "sl/ash".getBytes(UTF_8));
    add("100644", "..".getBytes(UTF_8));
    add("100644", "twice".getBytes(UTF_8));
    add("100644", "twice".getBytes(UTF_8));

    Map<String, TreeEntry> all = directory().entries();

    assertThat(all)
        .extractingFromEntries(e -> e.getKey() + " " + e.getValue().kind())
        .containsExactlyInAnyOrder(
            "a.yaml " + Kind.FILE,
            "run.sh " + Kind.EXECUTABLE,
            "link " + Kind.SYMLINK,
            "module " + Kind.GITLINK,
            "größe " + Kind.DIRECTORY,
            "latin-\\xe4 " + Kind.MISNAMED,
            "bell-\\x07 " + Kind.MISNAMED,
            "sl/ash " + Kind.MISNAMED,
            ".. " + Kind.MISNAMED,
            "twice " + Kind.MISNAMED);
    all.forEach((name, entry) -> assertThat(directory().find(name)).contains(entry));
    assertThat(all.get("a.yaml")).isEqualTo(new TreeEntry("in/a.yaml", Kind.FILE, ID));
    for (String absent : new String[] {"a", "a.yaml2", "latin-\u00e4", "latin-?", "ash", ""}) {
      assertThat(directory().find(absent)).as(absent).isEmpty();
    }
  }

  @Test
  void findByNameIsTheSameForManyLookups() {
    add("100644", "a".getBytes(UTF_8));
    RawDirectory directory = directory();

    for (int i = 0; i < 100; i++) {
      assertThat(directory.find("a")).isPresent();
      assertThat(directory.find("b")).isEmpty();
    }
  }

  @Test
  void anEmptyDirectoryHasNoEntries() {
    assertThat(directory().find("a")).isEmpty();
    assertThat(directory().entries()).isEmpty();
  }

  private RawDirectory directory() {
    return new RawDirectory("in", raw.toByteArray());
  }

  private void add(String mode, byte[] name) {
    raw.writeBytes((mode + " ").getBytes(UTF_8));
    raw.writeBytes(name);
    raw.write(0);
    for (int i = 0; i < ID.length(); i += 2) {
      raw.write(Integer.parseInt(ID.substring(i, i + 2), 16));
    }
  }
}

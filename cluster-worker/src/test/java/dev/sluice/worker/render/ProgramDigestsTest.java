package dev.sluice.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramDigestsTest {

  @TempDir Path directory;
  private final ProgramDigests digests = new ProgramDigests();

  @Test
  void everythingBesideAProgramCounts() throws IOException {
    Path plugin = Files.createDirectories(directory.resolve("lister"));
    Path program = Files.writeString(plugin.resolve("Lister"), "one");
    String first = digests.of(plugin);
    String again = digests.of(plugin);
    Files.writeString(program, "other");
    String content = digests.of(plugin);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    String mode = digests.of(plugin);
    Files.createDirectories(plugin.resolve("lib"));
    Files.writeString(plugin.resolve("lib/words"), "");
    String more = digests.of(plugin);
    Files.move(plugin.resolve("lib/words"), plugin.resolve("lib/terms"));
    String named = digests.of(plugin);

    assertThat(first).isEqualTo(again).hasSize(16);
    assertThat(new String[] {first, content, mode, more, named}).doesNotHaveDuplicates();
  }

  @Test
  void aReplacedFileOfTheSameSizeAndTimeIsReadAgain() throws IOException {
    Path plugin = Files.createDirectories(directory.resolve("lister"));
    Path program = Files.writeString(plugin.resolve("Lister"), "one");
    String one = digests.of(plugin);
    Path two = Files.writeString(directory.resolve("fresh"), "two");
    Files.setLastModifiedTime(two, Files.getLastModifiedTime(program));

    Files.move(two, program, StandardCopyOption.REPLACE_EXISTING);

    assertThat(digests.of(plugin)).isNotEqualTo(one);
  }

  @Test
  void theDigestOfAKubernetesVolumeIgnoresItsInternalDirectories() throws IOException {
    Path plain = Files.createDirectories(directory.resolve("plain"));
    Files.writeString(plain.resolve("Lister"), "program");
    Path volume = Files.createDirectories(directory.resolve("volume"));
    Files.createDirectories(volume.resolve("..2026_01_01"));
    Files.writeString(volume.resolve("..2026_01_01/Lister"), "program");
    Files.createSymbolicLink(volume.resolve("..data"), Path.of("..2026_01_01"));
    Files.createSymbolicLink(volume.resolve("Lister"), Path.of("..data/Lister"));

    assertThat(digests.of(volume)).isEqualTo(digests.of(plain));
  }
}

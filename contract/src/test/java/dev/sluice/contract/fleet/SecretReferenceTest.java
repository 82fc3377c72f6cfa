package dev.sluice.contract.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretReferenceTest {

  @TempDir private Path directory;

  @Test
  void readsAFileWithoutItsLastLineBreak() throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "grün\n\n");

    SecretReference reference = new SecretReference("file:" + file);

    assertThat(reference.resolve()).isEqualTo("grün\n");
    assertThat(reference.file()).hasValue(file);
  }

  @Test
  void readsNoMoreThanTheLimit() {
    assertThatThrownBy(() -> new SecretReference("file:/dev/zero").resolve())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the secret at file:/dev/zero is larger than 1 MiB");
  }

  @Test
  void refusesWhatIsNotText() throws IOException {
    Path file = Files.write(directory.resolve("secret"), new byte[] {'a', (byte) 0xff});

    assertThatThrownBy(() -> new SecretReference("file:" + file).resolve())
        .hasMessage("there is no secret at file:%s: the file cannot be read".formatted(file));
  }
}

package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeededProgramTest {

  @TempDir private Path directory;
  private String path;

  @BeforeEach
  void install() throws Exception {
    path = "/nowhere:" + directory;
    Path kubectl = Files.createFile(directory.resolve("kubectl"));
    Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(directory.resolve("not-executable"));
    Files.createDirectory(directory.resolve("folder"));
  }

  @Test
  void aTestRunsIfItsProgramOrASubstituteIsInstalled() {
    assertThatCode(() -> NeededProgram.check(path, Set.of("kubectl"), "kubectl"))
        .doesNotThrowAnyException();
    assertThatCode(
            () -> NeededProgram.check(path, Set.of("kustomize"), "kustomize", "other", "kubectl"))
        .doesNotThrowAnyException();
  }

  @Test
  void aTestIsSkippedWhereItsProgramIsMissing() {
    for (String program : new String[] {"helm", "not-executable", "folder"}) {
      assertThatThrownBy(() -> NeededProgram.check(path, Set.of("strace"), program))
          .isNotInstanceOf(AssertionError.class)
          .hasMessageContaining(program + " is not on the PATH");
    }
  }

  @Test
  void aTestFailsWhereItsMissingProgramIsRequired() {
    assertThatThrownBy(() -> NeededProgram.check(path, Set.of("helm", "strace"), "strace"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("strace is not on the PATH")
        .hasMessageContaining("CONTRIBUTING.md");
    assertThatThrownBy(() -> NeededProgram.check(path, Set.of("kustomize"), "kustomize", "other"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("[other]");
  }
}

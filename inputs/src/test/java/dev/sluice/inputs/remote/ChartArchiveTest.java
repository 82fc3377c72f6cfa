package dev.sluice.inputs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChartArchiveTest {

  private static final ChartId CHART = new ChartId("https://charts.example", "cache", "1.2.3");

  @Test
  void unpacksDirectoriesLongNamesAndNestedCharts() throws Exception {
    String deep = "charts/inner/" + "d".repeat(120) + "/a.yaml";
    byte[] archive = good().directory("cache/").file("cache/" + deep, "a").bytes();

    ChartFiles files = ChartArchive.unpack(archive, CHART);

    assertThat(files.read(files.entry(deep).orElseThrow(), 1)).containsExactly('a');
    assertThat(files.entry("charts/inner")).isPresent();
    assertThat(files.entry("cache")).isEmpty();
    assertThat(files.list("charts/inner")).hasSize(1);
    assertThat(files.list("nowhere")).isEmpty();
  }

  static Stream<Arguments> hostile() throws IOException {
    return Stream.of(
        of("no gzip", "gzip", new byte[] {1, 2, 3}),
        of("nothing", "gzip", new byte[0]),
        of("no chart", "no Chart.yaml", new ChartPackage().file("cache/a.yaml", "").bytes()),
        of("up", "plain relative path", good().file("cache/../../etc/passwd", "").bytes()),
        of("up at once", "plain relative path", good().file("../cache/a", "").bytes()),
        of("absolute", "plain relative path", good().file("/etc/passwd", "").bytes()),
        of("here", "plain relative path", good().file("cache/./a", "").bytes()),
        of("empty part", "plain relative path", good().file("cache//a", "").bytes()),
        of("backslash", "plain relative path", good().file("cache/a\\b", "").bytes()),
        of("control", "plain relative path", good().file("cache/a\nb", "").bytes()),
        of("git", "plain relative path", good().file("cache/.Git/config", "").bytes()),
        of("git for Windows", "plain relative path", good().file("cache/git~1/config", "")),
        of("git with a dot", "plain relative path", good().file("cache/.git./config", "")),
        of("deep", "64 levels", good().file("cache/" + "d/".repeat(64) + "a", "")),
        of("long", "1024 characters", good().file("cache/" + "d".repeat(1024), "")),
        of("other top", "one directory", good().file("other/a", "").bytes()),
        of("file at the top", "one directory", good().file("README", "").bytes()),
        of("twice", "twice", good().file("cache/values.yaml", "").file("cache/values.yaml", "")),
        of("both", "directory too", good().file("cache/a", "").file("cache/a/b", "")),
        of("link", "link", good().link("cache/l", "/etc/passwd", TarConstants.LF_SYMLINK)),
        of("hard link", "link", good().link("cache/l", "cache/Chart.yaml", TarConstants.LF_LINK)),
        of("device", "no file", good().link("cache/d", "", TarConstants.LF_CHR)),
        of("pipe", "no file", good().link("cache/p", "", TarConstants.LF_FIFO)),
        of("bomb", "64 MiB", good().zeros("cache/zeros", (64L << 20) + 1)),
        of("another name", "another name", ChartPackage.of("cash", "1.2.3")),
        of("another version", "another name or version", ChartPackage.of("cache", "1.2.4")),
        of("no YAML", "no YAML", new ChartPackage().file("cache/Chart.yaml", "a: [")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void refuses(String name, String message, byte[] archive) {
    RemoteException refused =
        catchThrowableOfType(RemoteException.class, () -> ChartArchive.unpack(archive, CHART));

    assertThat(refused).hasMessageContaining(message).hasMessageContaining("cache 1.2.3");
    assertThat(refused.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
  }

  @Test
  void refusesManyEntries() throws Exception {
    ChartPackage many = good();
    for (int i = 0; i <= Archive.MAX_ENTRIES; i++) {
      many.file("cache/files/" + i, "");
    }
    byte[] archive = many.bytes();

    RemoteException refused =
        catchThrowableOfType(RemoteException.class, () -> ChartArchive.unpack(archive, CHART));

    assertThat(refused).hasMessageContaining("more than 10000 entries");
  }

  @Test
  void refusesManyDirectories() throws Exception {
    ChartPackage many = good();
    for (int i = 0; i < 200; i++) {
      many.file("cache/%d%s/a".formatted(i, "/d".repeat(60)), "");
    }
    byte[] archive = many.bytes();

    RemoteException refused =
        catchThrowableOfType(RemoteException.class, () -> ChartArchive.unpack(archive, CHART));

    assertThat(refused).hasMessageContaining("more than 10000 directories");
  }

  @Test
  void refusesATruncatedArchive() throws Exception {
    byte[] archive = good().zeros("cache/zeros", 1 << 20).bytes();
    byte[] half = Arrays.copyOf(archive, archive.length / 2);

    RemoteException refused =
        catchThrowableOfType(RemoteException.class, () -> ChartArchive.unpack(half, CHART));

    assertThat(refused.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
  }

  private static ChartPackage good() throws IOException {
    return ChartPackage.of("cache", "1.2.3");
  }

  private static Arguments of(String name, String message, ChartPackage archive)
      throws IOException {
    return of(name, message, archive.bytes());
  }

  private static Arguments of(String name, String message, byte[] archive) {
    return Arguments.arguments(name, message, archive);
  }
}

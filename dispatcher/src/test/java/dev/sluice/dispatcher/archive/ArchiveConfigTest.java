package dev.sluice.dispatcher.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of an archive. */
class ArchiveConfigTest {

  @Test
  void withoutSettingsThereIsNoArchive() {
    assertThat(read(Map.of())).isEmpty();
  }

  @Test
  void anArchiveIsInADirectoryOrABucket() {
    assertThat(shown(Map.of("archive", "/var/lib/archive"))).isEqualTo("/var/lib/archive");
    assertThat(shown(Map.of("archive", "s3://acme-archive"))).isEqualTo("s3://acme-archive/");
    assertThat(
            shown(
                Map.of(
                    "archive", "s3://acme-archive/team/sluice/",
                    "archive-endpoint", "https://s3.example:9000",
                    "archive-region", "eu-central-1")))
        .isEqualTo("s3://acme-archive/team/sluice/ at https://s3.example:9000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "gs://bucket",
        "http://host/path",
        "s3://",
        "s3:///prefix",
        "s3://A_B",
        "s3://bucket/../other",
        "s3://bucket//prefix",
        "s3://bucket/.hidden",
        "s3://bucket/a?b",
        "s3://user:password@bucket/prefix"
      })
  void otherLocationsAreRefused(String archive) {
    assertThatThrownBy(() -> read(Map.of("archive", archive)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("--archive: expected ")
        .hasMessageNotContaining("password");
  }

  @ParameterizedTest
  @CsvSource({
    "archive-endpoint, ftp://host",
    "archive-endpoint, host:9000",
    "archive-endpoint, https://user:password@host",
    "archive-endpoint, https://host?password",
    "archive-region, eu central",
    "archive-secret-key, password",
    "archive-access-key, password"
  })
  void invalidSettingsOfABucketAreRefusedWithoutShowingThem(String setting, String value) {
    assertThatThrownBy(() -> read(Map.of("archive", "s3://bucket", setting, value)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("--" + setting + ": ")
        .hasMessageNotContaining("password");
  }

  @Test
  void settingsOfABucketNeedOne() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "archive", "/var/lib/archive",
                        "archive-endpoint", "https://s3.example",
                        "archive-region", "eu-central-1")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(
            "--archive-endpoint: is only for an archive in a bucket",
            "--archive-region: is only for an archive in a bucket");
  }

  @Test
  void anAccessKeyNeedsItsSecretKey() {
    assertThatThrownBy(
            () -> read(Map.of("archive", "s3://bucket", "archive-access-key", "env:KEY")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("--archive-secret-key: ");
  }

  @Test
  void missingSecretsAreReportedAtTheStart(@TempDir Path directory) throws Exception {
    Path key = Files.writeString(directory.resolve("key"), "the-access-key");
    ArchiveConfig config =
        read(Map.of(
                "archive",
                "s3://bucket",
                "archive-region",
                "eu-central-1",
                "archive-access-key",
                "file:" + key,
                "archive-secret-key",
                "file:" + directory.resolve("missing")))
            .orElseThrow();

    assertThatThrownBy(() -> config.open(Topics.DEFAULT, Clock.systemUTC()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--archive: there is no secret at file:")
        .hasMessageNotContaining("the-access-key");
  }

  private static String shown(Map<String, String> given) {
    return read(given).orElseThrow().toString();
  }

  private static Optional<ArchiveConfig> read(Map<String, String> given) {
    Map<String, List<String>> options = new HashMap<>();
    given.forEach((name, value) -> options.put(name, List.of(value)));
    return ArchiveConfig.from(
        new Settings(ArchiveConfig.SETTINGS, List.of()).read(options, Map.of(), Optional.empty()));
  }
}

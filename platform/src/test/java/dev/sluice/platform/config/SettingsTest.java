package dev.sluice.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

  private static final Setting<Integer> PORT =
      Setting.integer("port", "where it listens", 0, 65535).or("8080");
  private static final Setting<String> KAFKA = Setting.text("kafka", "HOST:PORT", "the broker");
  private static final Setting<Optional<Duration>> PAUSE =
      Setting.duration("long-pause", "how long").optional();
  private static final Setting<List<String>> ENDPOINTS =
      Setting.list("endpoint", "E", "endpoints", text -> text);
  private static final Setting<String> ELSEWHERE = Setting.text("elsewhere", "X", "another part's");

  private final Settings settings =
      new Settings(List.of(PORT, KAFKA, PAUSE, ENDPOINTS), List.of(ELSEWHERE));

  @Test
  void commandLineBeatsEnvironmentBeatsFileBeatsDefault(@TempDir Path directory) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("c.yaml"), "kafka: f:1\nport: 1\nlong-pause: 2s\nelsewhere: x\n");
    SettingValues values =
        settings.read(
            Map.of("kafka", List.of("o:3")),
            Map.of("SLUICE_KAFKA", "e:2", "SLUICE_LONG_PAUSE", "3m", "PATH", "/bin"),
            Optional.of(file));
    assertThat(values.get(KAFKA)).isEqualTo("o:3");
    assertThat(values.get(PAUSE)).contains(Duration.ofMinutes(3));
    assertThat(values.get(PORT)).isEqualTo(1);
    assertThat(values.isGiven(ENDPOINTS)).isFalse();
  }

  @Test
  void listsMayBeYamlListsMapsOrSeparatedBySemicolon(@TempDir Path directory) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("c.yaml"),
            "kafka: k\nendpoint:\n- name: a\n  secret: [env:A, env:B]\n- name=b\n");
    assertThat(settings.read(Map.of(), Map.of(), Optional.of(file)).get(ENDPOINTS))
        .containsExactly("name=a,secret=env:A,secret=env:B", "name=b");
    assertThat(
            settings
                .read(
                    Map.of(),
                    Map.of("SLUICE_KAFKA", "k", "SLUICE_ENDPOINT", "a; b"),
                    Optional.empty())
                .get(ENDPOINTS))
        .containsExactly("a", "b");
  }

  @Test
  void readsYamlAsKubectlDoes(@TempDir Path directory) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("c.yaml"),
            "\uFEFFkafka:\t'k'\t# a comment\nendpoint: &both [a]\nelsewhere: |\n  x");
    SettingValues values = settings.read(Map.of(), Map.of(), Optional.of(file));
    assertThat(values.get(KAFKA)).isEqualTo("k");
    assertThat(values.get(ENDPOINTS)).containsExactly("a");
  }

  @Test
  void namesTheLineThatIsNotYaml(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("c.yaml"), "kafka: k\nport: [1\n");
    assertThatThrownBy(() -> settings.read(Map.of(), Map.of(), Optional.of(file)))
        .hasMessageContaining("c.yaml: not valid YAML: line ");
  }

  @Test
  void refusesASecondDocument(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("c.yaml"), "kafka: k\n---\n\nport: 1\n");

    assertThatThrownBy(() -> settings.read(Map.of(), Map.of(), Optional.of(file)))
        .hasMessageContaining("c.yaml: line 4: a second YAML document begins here");
  }

  @Test
  void readsADocumentBetweenSeparators(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("c.yaml"), "---\nkafka: k\n---\n# end\n");

    assertThat(settings.read(Map.of(), Map.of(), Optional.of(file)).get(KAFKA)).isEqualTo("k");
  }

  @Test
  void refusesDocumentsAfterAnEmptyOne(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("c.yaml"), "---\n---\nkafka: k\n");

    assertThatThrownBy(() -> settings.read(Map.of(), Map.of(), Optional.of(file)))
        .hasMessageContaining("c.yaml: line 3: a second YAML document begins here");
  }

  @Test
  void allProblemsAreReportedAtOnce(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("c.yaml"), "prot: 1\nport: {a: {b: c}}\n");
    ConfigurationException refused =
        catchThrowableOfType(
            ConfigurationException.class,
            () ->
                settings.read(
                    Map.of("long-pause", List.of("soon")),
                    Map.of("SLUICE_PORTT", "1"),
                    Optional.of(file)));
    assertThat(refused.problems())
        .extracting(ConfigurationException.Problem::where)
        .containsExactlyInAnyOrder(
            file + ": prot", file + ": port", "SLUICE_PORTT", "--kafka", "--long-pause");
  }

  @Test
  void keyValuesRefuseUnknownKeys() {
    assertThatThrownBy(() -> KeyValues.parse("endpoint", "name=a,x=1", Set.of("name")))
        .hasMessage("unknown key 'x' in endpoint; known: name");
  }
}

package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Repositories of charts and OCI artifacts, and sources that refer to them. */
class ArtifactDocumentTest {

  private static final String CHART = "{url: \"https://charts.example/stable/\", chart: web}";
  private static final String OCI = "{url: \"oci://registry.example/acme/web\", interval: 5m}";
  private static final String DIGEST = "a1".repeat(32);

  @TempDir Path directory;

  @Test
  void aChartIsNamedByItsRepositoryAndItself() throws IOException {
    FleetReading reading = read(CHART, "version: 1.2.3");

    assertThat(reading.problems()).isEmpty();
    FleetRepository repository = reading.repositories().getFirst();
    assertThat(repository.id()).isEqualTo(new RepositoryId("charts.example/stable/web"));
    assertThat(repository.url()).isEqualTo("https://charts.example/stable");
    SourceSpec source = reading.definitions().getFirst().sources().getFirst();
    assertThat(source.artifact()).contains(new Artifact(Optional.of("web")));
    assertThat(source.ref()).isEqualTo(GitRef.tag("1.2.3"));
    assertThat(source.interval()).isEmpty();
  }

  @Test
  void anArtifactIsNamedByItsRegistryAndPath() throws IOException {
    FleetReading reading = read(OCI, "version: \"sha256:%s\"".formatted(DIGEST));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.repositories().getFirst().id())
        .isEqualTo(new RepositoryId("registry.example/acme/web"));
    SourceSpec source = reading.definitions().getFirst().sources().getFirst();
    assertThat(source.artifact()).contains(new Artifact(Optional.empty()));
    assertThat(source.ref()).isEqualTo(new GitRef("refs/digests/sha256/" + DIGEST));
    assertThat(source.interval()).contains(Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verify: {mode: head, allowedSigners: file:/k} | verify | cosign",
        "https: {proxy: 'http://p'}                    | https  | --trusted-certificates",
        "ssh: {privateKey: file:/k}                    | ssh    | no Git repositories",
        "lfs: {maxBytes: 1Mi}                          | lfs    | no Git repositories",
        "forge: github                                 | forge  | no Git repositories",
        "chart: web                                    | chart  | at the end of the URL",
        "interval: 1s                                  | interval | between 10s and 24h",
      })
  void fieldsOfGitRepositoriesAreRefused(String field, String name, String message)
      throws IOException {
    assertProblem(
        "{url: \"oci://registry.example/acme/web\", %s}".formatted(field),
        "version: 1.2.3",
        "spec." + name,
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "oci://registry.example           |            | no path",
        "oci://me:word@registry.example/a |            | credentials",
        "oci://registry.example/a%2fb     |            | shortest form",
        "oci://registry.example/a/../b    |            | shortest form",
        "https://charts.example/a?b       | chart: web | must be https://HOST/PATH",
      })
  void aUrlThatNamesNoPlaceIsRefused(String url, String chart, String message) throws IOException {
    assertProblem(
        "{url: \"%s\", %s}".formatted(url, chart == null ? "" : chart),
        "version: 1.2.3",
        "spec.url",
        message);
  }

  @Test
  void aChartOfAGitUrlIsRefused() throws IOException {
    assertProblem(
        "{url: \"git@forge.example:a/b.git\", chart: web}",
        "version: 1.2.3",
        "spec.chart",
        "a chart repository is at https://HOST/PATH");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ref: main                   | ref     | which have no branches",
        "path: a                     | version | is required",
        "version: 'a b'              | version | exact version",
        "version: '>=a'              | version | range of versions such as",
        "version: 'semver >=1.4'     | version | range of versions such as",
        "version: {semver: '>=1.4'}  | version | must be a text",
        "ref: {semver: '>=1.4'}      | ref     | name a 'version'",
        "ref: 'semver >=1.4'         | ref     | name a 'version'",
        "version: 'sha256:abc'       | version | 64 digits",
      })
  void aSourceMustNameAVersion(String source, String field, String message) throws IOException {
    assertProblem(OCI, source, "spec.source." + field, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ">=1.4 <2      | semver >=1.4 <2",
        "^1.4          | semver ^1.4",
        "~1.4, !=1.4.3 | semver ~1.4, !=1.4.3",
        "1.4 - 1.6     | semver 1.4 - 1.6",
        "'*'           | semver *",
        "1.4           | refs/tags/1.4",
        "1.x           | refs/tags/1.x",
        "latest        | refs/tags/latest",
      })
  void aRangeIsWrittenAsItIsAndExactVersionsAndTagsStayExact(String version, String ref)
      throws IOException {
    for (String repository : List.of(CHART, OCI)) {
      FleetReading reading = read(repository, "version: \"%s\"".formatted(version));

      assertThat(reading.problems()).isEmpty();
      assertThat(reading.definitions().getFirst().sources().getFirst().ref())
          .isEqualTo(new GitRef(ref));
    }
  }

  @Test
  void aChartRepositoryHasNoDigests() throws IOException {
    assertProblem(
        CHART,
        "version: \"sha256:%s\"".formatted(DIGEST),
        "spec.source.version",
        "only OCI repositories have digests");
  }

  @Test
  void aGitRepositoryHasNoVersions() throws IOException {
    assertProblem(
        "{url: \"https://forge.example/a/b.git\"}",
        "version: 1.2.3",
        "spec.source.version",
        "has no meaning for a Git repository");
  }

  @Test
  void aRemoteBaseIsInAGitRepository() throws IOException {
    assertProblem(
        OCI,
        "version: 1.2.3}\n  policy: {remote: {bases: [published]}",
        "spec.policy.remote.bases[0]",
        "name a Git repository");
  }

  @Test
  void aProjectBoundsRepositoriesByTheirCanonicalName() throws IOException {
    Files.writeString(
        directory.resolve("project.yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Project
        metadata: {name: default}
        spec: {repositories: ["registry.example/other/*"], clusters: ["*"], namespaces: ["*"]}
        """);

    assertProblem(OCI, "version: 1.2.3", "spec.source.repository", "registry.example/acme/web");
  }

  private void assertProblem(String repository, String source, String field, String message)
      throws IOException {
    assertThat(read(repository, source).problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.field()).isEqualTo(field);
              assertThat(problem.message()).contains(message);
            });
  }

  private FleetReading read(String repository, String source) throws IOException {
    Files.writeString(
        directory.resolve("fleet.yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: published}
        spec: %s
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: published, %s}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(repository, source));
    return FleetLoader.read(directory);
  }
}

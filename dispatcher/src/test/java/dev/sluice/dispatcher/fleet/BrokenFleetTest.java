package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One reading of a broken fleet finds every mistake, with its place. */
class BrokenFleetTest {

  private static final Path BROKEN = Path.of("src/test/resources/broken-fleet");

  @TempDir private Path directory;

  @Test
  void everyMistakeIsFoundInOneReadingWithItsPlaceAndRule() {
    assertThat(problems(BROKEN))
        .containsExactlyInAnyOrder(
            "apps/policy.yaml:5:3 unknown-field metadata.annotations",
            "apps/policy.yaml:11:3 invalid-value spec.onRemoval",
            "apps/policy.yaml:13:5 wrong-type spec.policy.prune",
            "apps/policy.yaml:14:5 invalid-value spec.policy.pruneLimitPercent",
            "apps/policy.yaml:15:5 invalid-value spec.policy.timeout",
            "apps/policy.yaml:16:5 wrong-type spec.policy.protect",
            "apps/policy.yaml:19:24 invalid-value spec.policy.ignoreDifferences[0].jsonPointers[0]",
            "apps/policy.yaml:20:9 missing-field spec.policy.ignoreDifferences[1].kind",
            "apps/policy.yaml:24:9 invalid-value spec.policy.healthCheckExprs[0].current",
            "apps/policy.yaml:25:5 unknown-field spec.policy.selfHeal",
            "apps/policy.yaml:30:3 duplicate-name metadata.name",
            "apps/policy.yaml:44:7 duplicate-name spec.sources[1].alias",
            "apps/policy.yaml:44:7 duplicate-name spec.sources[2].alias",
            "apps/policy.yaml:45:7 invalid-value spec.sources[0].path",
            "apps/policy.yaml:45:7 invalid-value spec.sources[2].path",
            "apps/policy.yaml:54:1 missing-field metadata.name",
            "apps/policy.yaml:56:30 invalid-value spec.source.ref",
            "apps/sources.yaml:8:7 invalid-value spec.sources[0].path",
            "apps/sources.yaml:9:7 invalid-value spec.sources[0].type",
            "apps/sources.yaml:10:7 unknown-reference spec.sources[1].repository",
            "apps/sources.yaml:13:7 missing-field spec.sources[2].repository",
            "apps/sources.yaml:13:7 unknown-field spec.sources[2].reposiory",
            "apps/sources.yaml:15:7 conflicting-fields spec.sources[3].helm",
            "apps/sources.yaml:16:9 wrong-type spec.sources[3].helm.includeCrds",
            "apps/sources.yaml:19:13 unknown-reference spec.sources[3].helm.valuesFiles[1]",
            "apps/sources.yaml:21:7 wrong-type spec.sources[4]",
            "apps/sources.yaml:23:22 unknown-reference spec.clusters.names[1]",
            "apps/sources.yaml:24:3 invalid-value spec.namespace",
            "apps/sources.yaml:31:3 invalid-value spec.source",
            "apps/sources.yaml:42:1 missing-field spec.namespace",
            "apps/sources.yaml:44:3 conflicting-fields spec.sources",
            "apps/sources.yaml:46:5 no-cluster spec.clusters.selector",
            "apps/tenant.yml:4:3 duplicate-name metadata.name",
            "apps/tenant.yml:9:5 unknown-field spec.source.brnach",
            "apps/tenant.yml:20:5 outside-project spec.source.repository",
            "apps/tenant.yml:21:3 outside-project spec.clusters",
            "apps/tenant.yml:23:3 outside-project spec.namespace",
            "apps/tenant.yml:30:3 unknown-reference spec.project",
            "apps/tenant.yml:33:5 no-cluster spec.clusters.names",
            "apps/tenant.yml:46:16 wrong-type spec.source.customize.labels.app.example.com/tier",
            "apps/tenant.yml:47:18 wrong-type spec.source.customize.replicas.web",
            "apps/tenant.yml:48:3 conflicting-fields spec.clusters",
            "kinds.yaml:1:1 unknown-kind apiVersion",
            "kinds.yaml:7:1 unknown-kind kind",
            "kinds.yaml:12:1 missing-field apiVersion",
            "kinds.yaml:13:1 missing-field metadata.name",
            "kinds.yaml:16:5 wrong-type metadata.labels.version",
            "kinds.yaml:19:1 wrong-type",
            "kinds.yaml:22:1 unknown-kind kind",
            "kinds.yaml:29:1 wrong-type metadata",
            "projects.yaml:5:1 missing-field spec.namespaces",
            "projects.yaml:7:3 missing-field spec.clusters",
            "projects.yaml:9:13 invalid-value spec.kinds.allow[0]",
            "projects.yaml:10:21 invalid-value spec.serviceAccounts[0]",
            "repositories.yaml:6:3 invalid-value spec.url",
            "repositories.yaml:14:3 invalid-value spec.forge",
            "repositories.yaml:15:3 invalid-value spec.credentials",
            "repositories.yaml:16:3 conflicting-fields spec.ssh",
            "repositories.yaml:17:5 conflicting-fields spec.ssh.passphrase",
            "repositories.yaml:24:3 duplicate-name spec.url",
            "repositories.yaml:31:3 duplicate-name spec.url",
            "sets.yaml:3:26 unknown-field metadata.labels",
            "sets.yaml:6:7 conflicting-fields spec.generators[0]",
            "sets.yaml:8:21 unknown-reference spec.generators[1].directories.repository",
            "sets.yaml:8:49 invalid-value spec.generators[1].directories.include[0]",
            "sets.yaml:9:7 missing-field spec.generators[2].files.include",
            "sets.yaml:10:7 unknown-field spec.generators[3].directory",
            "sets.yaml:10:7 conflicting-fields spec.generators[3]",
            "sets.yaml:11:16 invalid-value spec.generators[4].matrix.generators",
            "sets.yaml:12:43 wrong-type spec.generators[5].clusters.selector.matchLabels.env",
            "sets.yaml:13:22 unknown-reference spec.generators[6].merge.keys[0]",
            "sets.yaml:15:5 missing-field spec.template.metadata.name",
            "sets.yaml:15:16 unknown-field spec.template.metadata.labels",
            "sets.yaml:14:3 missing-field spec.template.spec",
            "sets.yaml:17:15 unknown-reference spec.overrides[0].match.unknown",
            "sets.yaml:18:15 unknown-field spec.overrides[0].patch.kind",
            "sets.yaml:19:12 invalid-value spec.policy.maxAdded",
            "sets.yaml:19:26 invalid-value spec.policy.maxRemoved",
            "sets.yaml:19:44 unknown-field spec.policy.maxRemove",
            "sets.yaml:27:27 invalid-value spec.template.metadata.name",
            "sets.yaml:31:15 invalid-value spec.template.spec.source.path",
            "sets.yaml:33:40 invalid-value spec.template.spec.clusters.selector.matchLabels.env",
            "sets.yaml:36:0 invalid-value spec.template.spec.namespace",
            "sets.yaml:39:34 invalid-value spec.overrides[0].patch.spec.namespace",
            "sets.yaml:39:52 invalid-value spec.overrides[0].patch.spec.${path}",
            "sets.yaml:48:16 invalid-value spec.template.metadata.name",
            "sets.yaml:51:49 invalid-value spec.template.spec.clusters.selector.matchLabels.env",
            "sets.yaml:51:18 no-cluster spec.template.spec.clusters.selector",
            "syntax/aliases.yaml:6:0 invalid-file",
            "syntax/anchor.yaml:3:11 invalid-yaml",
            "syntax/bracket.yaml:3:1 invalid-yaml",
            "syntax/duplicate.yaml:5:3 invalid-yaml",
            "syntax/indentation.yaml:5:3 invalid-yaml",
            "syntax/quote.yaml:5:1 invalid-yaml",
            "syntax/tab.yaml:4:1 invalid-yaml");
  }

  @Test
  void filesThatAreNoTextAreFoundBesideTheOthers() throws IOException {
    Files.writeString(directory.resolve("latin.yaml"), "# caf\u00e9\n", ISO_8859_1);
    Files.writeString(directory.resolve("empty.yaml"), "");
    Files.writeString(directory.resolve("large.yaml"), "#".repeat(3 * 1024 * 1024 + 1));
    Files.writeString(directory.resolve("cluster.yaml"), "kind: Cluster\nmetadata: {name: a}\n");

    assertThat(problems(directory))
        .containsExactlyInAnyOrder(
            "latin.yaml:0:0 invalid-file",
            "empty.yaml:0:0 invalid-file",
            "large.yaml:0:0 invalid-file",
            "cluster.yaml:1:1 missing-field apiVersion");
  }

  @Test
  void manyProblemsOfOneDocumentAreLocatedInLinearTimeAndTheFirstListed() throws IOException {
    StringBuilder text = new StringBuilder("kind: Cluster\n");
    for (int i = 0; i < 20_000; i++) {
      text.append("field").append(i).append(": 1\n");
    }
    Files.writeString(directory.resolve("many.yaml"), text);

    List<FleetProblem> problems = FleetLoader.read(directory).problems();

    assertThat(problems).hasSize(101);
    assertThat(problems.get(99)).matches(problem -> problem.line() == 99 && problem.column() == 1);
    assertThat(problems.getLast().toString())
        .isEqualTo(
            "many.yaml:1:1: metadata.name: the document has 19902 more problems: correct the others"
                + " first");
  }

  private static Stream<String> problems(Path fleet) {
    return FleetLoader.read(fleet).problems().stream()
        .map(
            problem ->
                "%s:%d:%d %s %s"
                    .formatted(
                        problem.file(),
                        problem.line(),
                        problem.column(),
                        problem.rule().id(),
                        problem.field())
                    .strip());
  }
}

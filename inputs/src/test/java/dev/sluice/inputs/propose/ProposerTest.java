package dev.sluice.inputs.propose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.inputs.closure.MemoryTree;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProposerTest {

  private static final String DEPLOYMENT =
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}";
  private static final String CHART = "{apiVersion: v2, name: web, version: 1.0.0}";

  @Test
  void aDirectoryOfManifestsIsAnApplicationNamedByIt() {
    Proposals proposals =
        propose(Map.of("website/deployment.yaml", DEPLOYMENT, "README.md", "A website"));

    assertThat(lines(proposals)).containsExactly("website plain website website");
    assertThat(proposals.applications().getFirst().plain()).isEqualTo(PlainOptions.DEFAULT);
    assertThat(proposals.leftOut()).isEmpty();
  }

  @Test
  void manifestsBelowADirectoryOfManifestsBelongToItsApplication() {
    Proposals proposals =
        propose(
            Map.of(
                "k8s/web/deployment.yaml", DEPLOYMENT,
                "k8s/web/config/map.json",
                    "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\":"
                        + " \"a\"}}",
                "k8s/db/set.yml", DEPLOYMENT));

    assertThat(lines(proposals)).containsExactly("db plain k8s/db db", "web plain k8s/web web");
  }

  @Test
  void filesThatAreNoManifestsAreExcluded() {
    Proposals proposals =
        propose(
            Map.of(
                "deployment.yaml", DEPLOYMENT,
                "package.json", "{\"name\": \"shop\"}",
                "kubeconfig.yaml", "{apiVersion: v1, kind: Config, clusters: []}",
                "web/deployment.yaml", DEPLOYMENT,
                ".github/workflows/ci.yaml", DEPLOYMENT));

    assertThat(lines(proposals)).containsExactly("shop plain  shop", "web plain web web");
    assertThat(proposals.applications().getFirst().plain())
        .isEqualTo(
            new PlainOptions(
                List.of(), List.of("kubeconfig.yaml", "package.json"), /* recurse= */ false));
  }

  @Test
  void onlyTheTopMostKustomizationsAreApplications() {
    Proposals proposals =
        propose(
            Map.of(
                "shop/base/kustomization.yaml", "resources: [deployment.yaml]\nnamespace: shop",
                "shop/base/deployment.yaml", DEPLOYMENT,
                "shop/overlays/staging/kustomization.yaml",
                    "resources: [../../base]\npatches: [{path: patch.yaml}]",
                "shop/overlays/staging/patch.yaml", DEPLOYMENT,
                "shop/overlays/production/kustomization.yaml", "bases: [../../base]",
                "shop/debug/kustomization.yaml", "kind: Component"));

    assertThat(lines(proposals))
        .containsExactly("shop-staging kustomize shop/overlays/staging shop");
    assertThat(proposals.leftOut())
        .extracting(LeftOut::path)
        .containsExactly("shop/base", "shop/debug", "shop/overlays/production");
    assertThat(proposals.leftOut().getLast().reason()).contains("for another cluster");
  }

  @Test
  void variantsOfWhichNoneHasTheClustersNameAreAllProposedWithANote() {
    Map<String, String> files =
        Map.of(
            "base/kustomization.yaml", "resources: [deployment.yaml]",
            "base/deployment.yaml", DEPLOYMENT,
            "overlays/eu/kustomization.yaml", "resources: [../../base]",
            "overlays/us/kustomization.yaml", "resources: [../../base]");

    Proposals proposals = propose(files);

    assertThat(lines(proposals))
        .containsExactly(
            "shop-eu kustomize overlays/eu shop-eu", "shop-us kustomize overlays/us shop-us");
    assertThat(proposals.applications())
        .allSatisfy(
            one ->
                assertThat(one.notes())
                    .containsExactly(
                        "overlays/eu, overlays/us include the same base: keep those that are for"
                            + " this cluster"));
    assertThat(lines(Proposer.propose(tree(files), new Proposer.Request("", "shop", "kind-us"))))
        .containsExactly("shop-us kustomize overlays/us shop-us");
  }

  @Test
  void kustomizationsThatIncludeEachOtherAreNamed() {
    Proposals proposals =
        propose(
            Map.of(
                "a/kustomization.yaml", "resources: [../b]",
                "b/kustomization.yaml", "resources: [../a]"));

    assertThat(proposals.applications()).isEmpty();
    assertThat(proposals.leftOut())
        .extracting(one -> one.path() + ": " + one.reason())
        .containsExactly(
            "a: a base of 'b', which includes it", "b: a base of 'a', which includes it");
  }

  @Test
  void chartsAreApplicationsButNotTheirParts() {
    Proposals proposals =
        propose(
            Map.of(
                "charts/web/Chart.yaml",
                "{apiVersion: v2, name: web, version: 1.0.0, dependencies: [{name: common,"
                    + " version: 1.0.0, repository: 'file://../common'}]}",
                "charts/web/templates/deployment.yaml",
                "kind: {{ .Values.kind }}",
                "charts/web/charts/db/Chart.yaml",
                CHART,
                "charts/common/Chart.yaml",
                CHART,
                "charts/macros/Chart.yaml",
                "{apiVersion: v2, name: macros, type: library}"));

    assertThat(lines(proposals)).containsExactly("web helm charts/web web");
    assertThat(proposals.leftOut())
        .extracting(one -> one.path() + ": " + one.reason())
        .containsExactly(
            "charts/common: a dependency of the chart in 'charts/web'",
            "charts/macros: a library chart, which other charts include",
            "charts/web/charts/db: part of the chart in 'charts/web'");
  }

  @Test
  void aChartThatAKustomizationRendersIsNoApplication() {
    Proposals proposals =
        propose(
            Map.of(
                "web/kustomization.yaml",
                "helmCharts: [{name: web}]",
                "web/charts/web/Chart.yaml",
                CHART));

    assertThat(lines(proposals)).containsExactly("web kustomize web web");
    assertThat(proposals.leftOut())
        .containsExactly(new LeftOut("web/charts/web", "the kustomization in 'web' renders it"));
  }

  @Test
  void namespacesAreThoseOfTheFiles() {
    Proposals proposals =
        propose(
            Map.of(
                "one/a.yaml",
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: team}}",
                "one/b.yaml", DEPLOYMENT,
                "several/a.yaml",
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: x}}\n---\n"
                        + "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: y}}",
                "set/kustomization.yaml", "{resources: [ns.yaml], namespace: Not Valid}",
                "set/ns.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: team}}"));

    assertThat(lines(proposals))
        .containsExactly(
            "one plain one team", "set kustomize set set", "several plain several several");
    assertThat(proposals.applications().get(1).notes())
        .containsExactly("its files name a namespace that is not valid");
    assertThat(proposals.namespaces()).containsExactly("team");
  }

  @Test
  void namesAreUniqueAndValid() {
    Proposals proposals =
        propose(
            Map.of(
                "apps/web/deploy/a.yaml",
                DEPLOYMENT,
                "old/web/a.yaml",
                DEPLOYMENT,
                "Ünïcode Dir/a.yaml",
                DEPLOYMENT,
                "日本/a.yaml",
                DEPLOYMENT,
                "x".repeat(90) + "/a.yaml",
                DEPLOYMENT));

    assertThat(proposals.applications())
        .extracting(one -> one.path() + " " + one.name())
        .containsExactly(
            "apps/web/deploy web",
            "old/web old-web",
            "x".repeat(90) + " " + "x".repeat(50),
            "Ünïcode Dir n-code-dir",
            "日本 app");
  }

  @Test
  void whatCannotBeClassifiedIsSaid() {
    Proposals proposals =
        propose(
            MemoryTree.of(
                    Map.of(
                        "web/mixed.yaml", DEPLOYMENT + "\n---\n{title: notes}",
                        "web/broken.yaml", "{{ template }}: [",
                        "kustom/kustomization.yaml", "resources: [a.yaml]",
                        "kustom/kustomization.yml", "resources: [a.yaml]",
                        "list/kustomization.yaml", "- a",
                        "extra/kustomization.yaml", "resources: []",
                        "extra/unused.yaml", DEPLOYMENT,
                        "extra/below/unused.yaml", DEPLOYMENT,
                        "tests/a.yaml", DEPLOYMENT))
                .with("module", TreeEntry.Kind.GITLINK, "")
                .with("bad\\x01name", TreeEntry.Kind.MISNAMED, "")
                .with("back\\slash/a.yaml", TreeEntry.Kind.FILE, DEPLOYMENT)
                .with("${cluster.name}/a.yaml", TreeEntry.Kind.FILE, DEPLOYMENT));

    assertThat(lines(proposals)).containsExactly("extra kustomize extra extra");
    assertThat(proposals.leftOut())
        .extracting(LeftOut::path)
        .containsExactly(
            "${cluster.name}",
            "back\\slash",
            "bad\\x01name",
            "extra/below/unused.yaml",
            "extra/unused.yaml",
            "kustom",
            "list",
            "module",
            "tests",
            "web/broken.yaml",
            "web/mixed.yaml");
  }

  @Test
  void aDirectoryThatIsNotSearchedCanBeGiven() {
    MemoryTree tree = tree(Map.of("tests/a.yaml", DEPLOYMENT, "web/a.yaml", DEPLOYMENT));

    assertThat(lines(Proposer.propose(tree, new Proposer.Request("tests", "shop", "staging"))))
        .containsExactly("tests plain tests tests");
    assertThatThrownBy(
            () -> Proposer.propose(tree, new Proposer.Request("nowhere", "shop", "staging")))
        .isInstanceOf(ProposalException.class)
        .hasMessageContaining("no directory 'nowhere'");
  }

  @Test
  void linksAreNotFollowed() {
    Proposals proposals =
        propose(
            tree(Map.of("web/a.yaml", DEPLOYMENT))
                .link("web/loop", "..")
                .link("web/outside.yaml", "../../../etc/passwd")
                .link("again", "web"));

    assertThat(lines(proposals)).containsExactly("web plain web web");
    assertThat(proposals.applications().getFirst().plain())
        .isEqualTo(new PlainOptions(List.of(), List.of("outside.yaml"), /* recurse= */ false));
  }

  @Test
  void namesWithCharactersOfGlobsExcludeNoManifest() {
    Proposals proposals = propose(Map.of("web/a.yaml", DEPLOYMENT, "web/*.yaml", "{}"));

    assertThat(proposals.applications()).isEmpty();
    assertThat(proposals.leftOut()).extracting(LeftOut::path).containsExactly("web");
  }

  @Test
  void anAliasBombIsLeftOut() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      String alias = "*a" + (i - 1);
      bomb.append(
          "a%d: &a%d [%s]%n"
              .formatted(
                  i,
                  i,
                  String.join(
                      ", ",
                      List.of(
                          alias, alias, alias, alias, alias, alias, alias, alias, alias, alias))));
    }

    Proposals proposals =
        propose(
            Map.of(
                "bomb/a.yaml", bomb.toString(),
                "chart/Chart.yaml", bomb.toString(),
                "kustom/kustomization.yaml", bomb.toString(),
                "web/a.yaml", DEPLOYMENT));

    assertThat(lines(proposals)).containsExactly("web plain web web");
    assertThat(proposals.leftOut())
        .extracting(LeftOut::path)
        .containsExactly("bomb/a.yaml", "chart", "kustom");
    assertThat(proposals.leftOut())
        .allSatisfy(one -> assertThat(one.reason()).contains("is too large", "aliases"));
  }

  @Test
  void aTreeThatContainsItselfEndsAtTheLimitOfEntries() {
    assertThatThrownBy(() -> propose(new SelfSimilarTree(10)))
        .isInstanceOf(ProposalException.class)
        .hasMessageContaining("more than 100000 files and directories", "--path");
  }

  @Test
  void moreTextThanIsReadIsRefused() {
    String large = "# " + "x".repeat(3_000_000);
    MemoryTree tree = MemoryTree.empty();
    for (int number = 0; number < 23; number++) {
      tree = tree.file("web/%d.yaml".formatted(number), large);
    }
    MemoryTree all = tree;

    assertThatThrownBy(() -> propose(all))
        .isInstanceOf(ProposalException.class)
        .hasMessageContaining("more than 64 MiB of YAML and JSON", "--path");
  }

  @Test
  void aTreeThatIsTooDeepIsLeftOut() {
    Proposals proposals = propose(new SelfSimilarTree(1));

    assertThat(proposals.leftOut())
        .singleElement()
        .satisfies(one -> assertThat(one.reason()).isEqualTo("more than 100 directories deep"));
  }

  @Test
  void aRepositoryWithTooManyApplicationsIsRefused() {
    MemoryTree tree =
        MemoryTree.of(
            IntStream.range(0, 501)
                .boxed()
                .collect(
                    Collectors.toMap(
                        number -> "app-%d/a.yaml".formatted(number), _ -> DEPLOYMENT)));

    assertThatThrownBy(() -> propose(tree))
        .isInstanceOf(ProposalException.class)
        .hasMessageContaining("more than 500 applications");
  }

  private static Proposals propose(Map<String, String> files) {
    return propose(tree(files));
  }

  private static Proposals propose(SourceTree tree) {
    return Proposer.propose(tree, new Proposer.Request("", "shop", "staging"));
  }

  private static MemoryTree tree(Map<String, String> files) {
    return MemoryTree.of(files);
  }

  /** Returns name, type, path and namespace of each application. */
  private static List<String> lines(Proposals proposals) {
    return proposals.applications().stream()
        .map(
            one ->
                "%s %s %s %s"
                    .formatted(
                        one.name(),
                        one.type() == SourceType.PLAIN
                            ? "plain"
                            : one.type() == SourceType.HELM ? "helm" : "kustomize",
                        one.path(),
                        one.namespace()))
        .toList();
  }

  /**
   * A tree of which each directory has the same directories, as a few Git objects can.
   *
   * @param directories their number
   */
  private record SelfSimilarTree(int directories) implements SourceTree {

    @Override
    public Optional<TreeEntry> entry(String path) {
      return Optional.of(new TreeEntry(path, TreeEntry.Kind.DIRECTORY, "id"));
    }

    @Override
    public List<TreeEntry> list(String path) {
      return IntStream.range(0, directories)
          .mapToObj(
              number ->
                  new TreeEntry(
                      path.isEmpty() ? "d" + number : path + "/d" + number,
                      TreeEntry.Kind.DIRECTORY,
                      "id"))
          .toList();
    }

    @Override
    public long size(TreeEntry entry) {
      return 0;
    }

    @Override
    public byte[] read(TreeEntry entry, int maxBytes) {
      return new byte[0];
    }
  }
}

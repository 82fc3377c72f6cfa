package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Closures that cross a submodule. */
class SubmoduleClosureTest {

  private static final CommitId COMMIT = new CommitId("1".repeat(40));
  private static final RemotePolicy.Base SHOP = repository("git.example/acme/shop");
  private static final RemotePolicy.Base BASES = repository("git.example/acme/bases");
  private static final RemotePolicy.Base PARTS = repository("git.example/acme/parts");
  private static final MemoryTree MODULES =
      MemoryTree.empty().file(".gitmodules", gitmodules("vendor", "../bases.git"));

  private final Map<String, SourceTree> trees = new HashMap<>();

  @Test
  void aBaseInASubmoduleIsPartOfTheClosure() {
    MemoryTree tree =
        submodule(MODULES, "vendor", BASES, base("one"))
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");

    Closure closure = closure(resolve(tree, "app", Optional.empty()));

    assertThat(paths(closure))
        .containsExactly(
            "app/kustomization.yaml", "vendor/web/a.yaml", "vendor/web/kustomization.yaml");
    assertThat(closure.bases())
        .containsExactly(new BaseCommit(BASES.repository(), pin("vendor", tree), COMMIT));
  }

  @Test
  void anotherCommitCountsIfItChangesAFileThatIsUsed() {
    MemoryTree before =
        submodule(MODULES, "vendor", BASES, base("one"))
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");
    MemoryTree unused =
        submodule(before, "vendor", BASES, base("one").file("other/b.yaml", "b: 1\n"));
    MemoryTree changed = submodule(before, "vendor", BASES, base("two"));
    Closure closure = closure(resolve(before, "app", Optional.empty()));

    assertThat(closure.footprint().covers("vendor")).isTrue();
    assertThat(closure.footprint().covers(".gitmodules")).isTrue();
    assertThat(closure.footprint().covers("other")).isFalse();
    assertThat(closure(resolve(unused, "app", Optional.empty())).digest())
        .isEqualTo(closure.digest());
    assertThat(closure(resolve(changed, "app", Optional.empty())).digest())
        .isNotEqualTo(closure.digest());
  }

  @Test
  void aSubmoduleThatIsNotUsedDoesNotMatter() {
    MemoryTree tree =
        MemoryTree.of(Map.of("app/a.yaml", "a: 1\n"))
            .with("vendor", TreeEntry.Kind.GITLINK, "unknown")
            .with("app/module", TreeEntry.Kind.GITLINK, "unknown");

    Closure closure =
        closure(
            new ClosureResolver(new Known())
                .resolve(
                    tree,
                    query(
                        "app",
                        Optional.of(SourceType.PLAIN),
                        new PlainOptions(List.of(), List.of(), false))));
    assertThat(paths(closure)).containsExactly("app/a.yaml");
    assertThat(closure.footprint().covers("vendor")).isFalse();
  }

  @Test
  void manifestsAndChartsInSubmodulesAreRead() {
    MemoryTree manifests =
        submodule(
            MemoryTree.empty().file(".gitmodules", gitmodules("app/more", "../bases.git")),
            "app/more",
            BASES,
            MemoryTree.of(Map.of("b.yaml", "b: 1\n")));
    assertThat(paths(closure(resolve(manifests, "app", Optional.empty()))))
        .containsExactly("app/more/b.yaml");

    MemoryTree chart =
        submodule(
                MemoryTree.empty().file(".gitmodules", gitmodules("chart/charts/db", "../bases")),
                "chart/charts/db",
                BASES,
                MemoryTree.of(Map.of("Chart.yaml", "name: db\nversion: 1.0.0\n")))
            .file("chart/Chart.yaml", "name: web\nversion: 1.0.0\n");
    assertThat(paths(closure(resolve(chart, "chart", Optional.empty()))))
        .containsExactly("chart/Chart.yaml", "chart/charts/db/Chart.yaml");

    MemoryTree dependency =
        submodule(
                MODULES,
                "vendor",
                BASES,
                MemoryTree.of(Map.of("db/Chart.yaml", "name: db\nversion: 1.0.0\n")))
            .file(
                "chart/Chart.yaml",
                """
                apiVersion: v2
                name: web
                version: 1.0.0
                dependencies:
                - {name: db, version: 1.0.0, repository: 'file://../vendor/db'}
                """);
    assertThat(paths(closure(resolve(dependency, "chart", Optional.empty()))))
        .containsExactly("chart/Chart.yaml", "vendor/db/Chart.yaml");
  }

  @Test
  void aSubmoduleOfASubmoduleIsRelativeToIt() {
    MemoryTree inner = MemoryTree.of(Map.of("p.yaml", "p: 1\n"));
    MemoryTree outer =
        submodule(
                MemoryTree.empty().file(".gitmodules", gitmodules("parts", "../parts.git")),
                "parts",
                PARTS,
                inner)
            .file("web/kustomization.yaml", "resources: [../parts/p.yaml]\n");
    MemoryTree tree =
        submodule(MODULES, "vendor", BASES, outer)
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");

    assertThat(paths(closure(resolve(tree, "app", Optional.empty()))))
        .containsExactly(
            "app/kustomization.yaml", "vendor/parts/p.yaml", "vendor/web/kustomization.yaml");
  }

  @Test
  void aRepositoryThatThePolicyDoesNotAllowIsRefused() {
    MemoryTree tree =
        MemoryTree.empty()
            .file(
                ".gitmodules",
                gitmodules("vendor", "https://bob:s3cret@git.example/other/bases.git"))
            .with("vendor", TreeEntry.Kind.GITLINK, "1")
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");

    Failure failure = refused(resolve(tree, "app", Optional.empty()));

    assertThat(failure.code()).isEqualTo(SourceFailure.SUBMODULE);
    assertThat(failure.message())
        .isEqualTo(
            "'vendor' is a submodule of git.example/other/bases (url"
                + " 'https://git.example/other/bases.git'), which the application's policy does not"
                + " allow: add the Repository to policy.remote.bases, or commit the files");
  }

  @Test
  void aSubmoduleWithoutAUrlIsRefused() {
    MemoryTree none =
        MemoryTree.empty()
            .with("vendor", TreeEntry.Kind.GITLINK, "1")
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");
    String missing = "'vendor' is a submodule, and '.gitmodules' gives no url for it";

    assertThat(refused(resolve(none, "app", Optional.empty())).message()).contains(missing);
    MemoryTree link =
        none.file("modules", gitmodules("vendor", "../bases")).link(".gitmodules", "modules");
    assertThat(refused(resolve(link, "app", Optional.empty())).message()).contains(missing);
    MemoryTree damaged = none.file(".gitmodules", "[submodule");
    assertThat(refused(resolve(damaged, "app", Optional.empty())).message())
        .contains("'.gitmodules' cannot be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--upload-pack=x", "ext::sh -c x", "file:///srv/bases", "../../../../bases"})
  void aHostileUrlIsRefused(String url) {
    MemoryTree tree =
        MemoryTree.empty()
            .file(".gitmodules", gitmodules("vendor", url))
            .with("vendor", TreeEntry.Kind.GITLINK, "1")
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");

    Failure failure = refused(resolve(tree, "app", Optional.empty()));

    assertThat(failure.code()).isEqualTo(SourceFailure.SUBMODULE);
    assertThat(failure.message()).contains("'vendor' is a submodule whose url", "is not followed");
  }

  @Test
  void aCommitThatTheForgeDoesNotHaveIsMissing() {
    MemoryTree tree =
        MODULES
            .with("vendor", TreeEntry.Kind.GITLINK, "unknown")
            .file("app/kustomization.yaml", "resources: [../vendor/web]\n");

    Failure failure = refused(resolve(tree, "app", Optional.empty()));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_MISSING);
    assertThat(failure.message()).contains("'vendor', a submodule at commit");
  }

  @Test
  void aLinkOutOfASubmoduleStaysInTheRepository() {
    MemoryTree inside =
        submodule(
                MODULES, "vendor", BASES, MemoryTree.empty().link("web/a.yaml", "../../app/b.yaml"))
            .file("app/b.yaml", "b: 1\n");
    assertThat(paths(closure(resolve(inside, "vendor/web", Optional.empty()))))
        .containsExactly("app/b.yaml", "vendor/web/a.yaml");

    MemoryTree outside =
        submodule(MODULES, "vendor", BASES, MemoryTree.empty().link("web/a.yaml", "../../../b"));
    assertThat(refused(resolve(outside, "vendor/web", Optional.empty())).code())
        .isEqualTo(SourceFailure.OUTSIDE_REPOSITORY);
  }

  /** Puts a submodule into a tree, whose commit the forge has. */
  private MemoryTree submodule(
      MemoryTree tree, String path, RemotePolicy.Base repository, MemoryTree files) {
    MemoryTree with =
        tree.with(path, TreeEntry.Kind.GITLINK, path + " " + files.contents().hashCode());
    trees.put(repository.repository() + "@" + pin(path, with), files);
    return with;
  }

  private static String pin(String path, MemoryTree tree) {
    return tree.entry(path).orElseThrow().objectId();
  }

  private static MemoryTree base(String text) {
    return MemoryTree.of(
        Map.of("web/kustomization.yaml", "resources: [a.yaml]\n", "web/a.yaml", text));
  }

  private static String gitmodules(String path, String url) {
    return "[submodule \"%s\"]\n\tpath = %s\n\turl = \"%s\"\n".formatted(path, path, url);
  }

  private ClosureResult resolve(MemoryTree tree, String path, Optional<SourceType> type) {
    return new ClosureResolver(new Known()).resolve(tree, query(path, type, PlainOptions.DEFAULT));
  }

  private static SourceQuery query(String path, Optional<SourceType> type, PlainOptions plain) {
    return new SourceQuery(
        SHOP,
        GitRef.branch("main"),
        path,
        type,
        plain,
        List.of(),
        List.of(),
        new RemotePolicy(List.of(BASES, PARTS), List.of()),
        false);
  }

  private static RemotePolicy.Base repository(String name) {
    return new RemotePolicy.Base(
        new RepositoryId(name),
        "https://" + name + ".git",
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static List<String> paths(Closure closure) {
    return closure.entries().stream().map(ClosureEntry::path).toList();
  }

  private static Closure closure(ClosureResult result) {
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return ((ClosureResult.Resolved) result).closure();
  }

  private static Failure refused(ClosureResult result) {
    assertThat(result).isInstanceOf(ClosureResult.Refused.class);
    return ((ClosureResult.Refused) result).failure();
  }

  private final class Known implements Remotes {
    @Override
    public Base base(RemotePolicy.Base repository, String ref) throws RemoteException {
      SourceTree tree = trees.get(repository.repository() + "@" + ref);
      if (tree == null) {
        throw new RemoteException(SourceFailure.REMOTE_MISSING, "there is no " + ref);
      }
      return new Base(COMMIT, tree);
    }

    @Override
    public SourceTree chart(RemotePolicy.Charts repository, String name, String version)
        throws RemoteException {
      throw new RemoteException(SourceFailure.REMOTE_MISSING, "there are no charts");
    }
  }
}

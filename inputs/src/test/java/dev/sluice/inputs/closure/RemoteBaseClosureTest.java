package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Closures of kustomizations with bases in other repositories. */
class RemoteBaseClosureTest {

  private static final RepositoryId BASES = new RepositoryId("git.example/acme/bases");
  private static final RepositoryId PARTS = new RepositoryId("git.example/acme/parts");
  private static final String V1 = ".sluice/bases/git.example+acme+bases@v1/";
  private static final String WEB = "resources: ['https://git.example/acme/bases//web?ref=v1']";
  private static final MemoryTree BASE =
      MemoryTree.empty()
          .file("web/kustomization.yaml", "resources: [web.yaml, ../common]")
          .file("web/web.yaml", "kind: Deployment")
          .file("common/kustomization.yaml", "resources: [map.yaml]")
          .file("common/map.yaml", "kind: ConfigMap")
          .file("unread.yaml", "kind: Secret");

  private static final CommitId COMMIT = new CommitId("b".repeat(40));

  private final Map<String, SourceTree> trees = new HashMap<>();

  RemoteBaseClosureTest() {
    trees.put(BASES + "@v1", BASE);
  }

  @Test
  void includesTheFilesThatTheBaseReads() {
    ClosureResult.Resolved resolved = resolved(app(WEB));

    assertThat(resolved.closure().entries())
        .extracting(ClosureEntry::path)
        .containsExactly(
            V1 + "common/kustomization.yaml",
            V1 + "common/map.yaml",
            V1 + "web/kustomization.yaml",
            V1 + "web/web.yaml",
            "app/kustomization.yaml");
    assertThat(resolved.closure().bases()).containsExactly(new BaseCommit(BASES, "v1", COMMIT));
    assertThat(resolved.closure().load(resolved.tree()))
        .contains(new InputFile.Text(V1 + "web/web.yaml", false, "kind: Deployment"));
  }

  @Test
  void includesASingleFileAndAComponent() {
    MemoryTree app =
        app(
            """
            resources: [https://git.example/acme/bases/raw/v1/common/map.yaml]
            components: ['git@git.example:acme/bases.git//common?ref=v1']
            """);

    assertThat(resolved(app).closure().entries())
        .extracting(ClosureEntry::path)
        .containsExactly(
            V1 + "common/kustomization.yaml", V1 + "common/map.yaml", "app/kustomization.yaml");
  }

  @Test
  void aBaseMayReferToAnotherRepository() {
    trees.put(
        BASES + "@v1",
        BASE.file(
            "web/kustomization.yaml", "resources: ['https://git.example/acme/parts//p?ref=v7']"));
    trees.put(
        PARTS + "@v7",
        MemoryTree.empty().file("p/kustomization.yaml", "configMapGenerator: [{name: p}]"));

    assertThat(resolved(app(WEB)).closure().entries())
        .extracting(ClosureEntry::path)
        .contains(".sluice/bases/git.example+acme+parts@v7/p/kustomization.yaml");
  }

  @Test
  void anotherTagWithTheSameFilesIsAnotherClosure() {
    trees.put(BASES + "@v2", BASE);
    String v2 = WEB.replace("v1", "v2");

    assertThat(digest(app(WEB))).isEqualTo(digest(app(WEB))).isNotEqualTo(digest(app(v2)));
    trees.put(BASES + "@v2", BASE.file("common/map.yaml", "kind: Secret"));
    assertThat(resolved(app(v2)).closure().entries())
        .filteredOn(entry -> entry.path().endsWith("map.yaml"))
        .isNotEqualTo(
            resolved(app(WEB)).closure().entries().stream()
                .filter(entry -> entry.path().endsWith("map.yaml"))
                .toList());
  }

  @Test
  void theRepositorysOwnDirectoryOfBasesIsNotMixedIn() {
    MemoryTree app = app("resources: [../.sluice/bases]").file(".sluice/bases/a.yaml", "kind: A");
    app = app.file(".sluice/bases/kustomization.yaml", "resources: [a.yaml]");

    assertThat(resolved(app).closure().entries())
        .extracting(ClosureEntry::path)
        .contains(".sluice/bases/a.yaml");
  }

  static Stream<Arguments> refusals() {
    String base = "https://git.example/acme/bases";
    return Stream.of(
        arguments("RemoteBase", "resources: ['https://git.example/acme/other//web?ref=v1']"),
        arguments("UnpinnedBase", "resources: ['%s//web']".formatted(base)),
        arguments("UnpinnedBase", "resources: ['%s//web?ref=']".formatted(base)),
        arguments("UnpinnedBase", "resources: ['%s//web?ref=a..b']".formatted(base)),
        arguments("RemoteMissing", "resources: ['%s//web?ref=v9']".formatted(base)),
        arguments("MissingFile", "resources: ['%s//nothing?ref=v1']".formatted(base)),
        arguments("MissingKustomization", "resources: ['%s//deep?ref=v1']".formatted(base)),
        arguments("OutsideRepository", "resources: ['%s//../x?ref=v1']".formatted(base)),
        arguments("OutsideRepository", "resources: ['%s//escape?ref=v1']".formatted(base)),
        arguments("OutsideRepository", "resources: ['%s//link?ref=v1']".formatted(base)),
        arguments("Cycle", "resources: ['%s//round?ref=v1']".formatted(base)),
        arguments("Unsupported", "resources: ['https://git.example/x.yaml']"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(FailureCode code, String kustomization) {
    trees.put(
        BASES + "@v1",
        BASE.file("deep/er/kustomization.yaml", "namePrefix: x")
            .file("escape/kustomization.yaml", "resources: [../../../../app]")
            .file("link/kustomization.yaml", "resources: [out]")
            .link("link/out", "../../../../app")
            .file(
                "round/kustomization.yaml",
                "resources: ['https://git.example/acme/bases//round?ref=v1']"));

    ClosureResult result = resolve(app(kustomization), policy());

    assertThat(result)
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused -> {
              assertThat(refused.failure().code()).as(refused.failure().message()).isEqualTo(code);
              assertThat(refused.failure().message()).containsAnyOf("app/kustomization.yaml", V1);
            });
  }

  @Test
  void nothingOutsideOfThePolicyIsFetched() {
    ClosureResult result = resolve(app(WEB), RemotePolicy.NONE);

    assertThat(result)
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused ->
                assertThat(refused.failure().message())
                    .contains("git.example/acme/bases", "policy.remote.bases"));
  }

  @Test
  void anUnreadableBaseRefusesOnlyItsUsers() {
    trees.put(BASES + "@v1", new Broken());

    assertThat(resolve(app(WEB), policy()))
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused -> {
              assertThat(Remotes.isTransient(refused.failure())).isTrue();
              assertThat(refused.failure().message()).contains("the mirror is damaged");
            });
  }

  @Test
  void refusalsContainNoPasswords() {
    ClosureResult result =
        resolve(app("resources: ['https://me:s3cret@git.example/acme/other']"), policy());

    assertThat(result)
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused ->
                assertThat(refused.failure().message())
                    .contains("git.example/acme/other")
                    .doesNotContain("s3cret"));
  }

  private static MemoryTree app(String kustomization) {
    return MemoryTree.empty().file("app/kustomization.yaml", kustomization);
  }

  private String digest(MemoryTree tree) {
    return resolved(tree).closure().digest();
  }

  private ClosureResult.Resolved resolved(MemoryTree tree) {
    ClosureResult result = resolve(tree, policy());
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return (ClosureResult.Resolved) result;
  }

  private static RemotePolicy policy() {
    return new RemotePolicy(
        Stream.of(BASES, PARTS)
            .map(
                id ->
                    new RemotePolicy.Base(
                        id,
                        "https://" + id + ".git",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
            .toList(),
        List.of());
  }

  private ClosureResult resolve(MemoryTree tree, RemotePolicy policy) {
    SourceQuery query =
        new SourceQuery(
            new RemotePolicy.Base(
                new RepositoryId("git.example/acme/shop"),
                "https://git.example/acme/shop",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            GitRef.branch("main"),
            "app",
            Optional.empty(),
            PlainOptions.DEFAULT,
            List.of(),
            List.of(),
            policy,
            false);
    return new ClosureResolver(new Known()).resolve(tree, query);
  }

  private static final class Broken implements SourceTree {
    @Override
    public Optional<TreeEntry> entry(String path) {
      throw new MirrorException("the mirror is damaged", new IOException());
    }

    @Override
    public List<TreeEntry> list(String path) {
      throw new MirrorException("the mirror is damaged", new IOException());
    }

    @Override
    public long size(TreeEntry entry) {
      throw new MirrorException("the mirror is damaged", new IOException());
    }

    @Override
    public byte[] read(TreeEntry entry, int maxBytes) {
      throw new MirrorException("the mirror is damaged", new IOException());
    }
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

package dev.sluice.inputs.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.BaseCommit;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.closure.SourceQuery;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.GitProgram;
import dev.sluice.inputs.git.HttpBackend;
import dev.sluice.inputs.git.Mirrors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Submodules that git-submodule(1) adds, served by git-http-backend(1). */
class SubmodulesIT {

  private static final GitRef MAIN = GitRef.branch("main");

  @TempDir private Path directory;
  private HttpBackend server;
  private Mirrors mirrors;
  private FetchedRemotes remotes;

  @BeforeEach
  void start() throws Exception {
    server = HttpBackend.plain(directory);
    Path place = directory.resolve("mirrors");
    mirrors = new Mirrors(place, Clock.systemUTC());
    remotes = FetchedRemotes.within(place, mirrors, Duration.ofMinutes(1), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    remotes.close();
    mirrors.close();
    server.close();
  }

  @Test
  void aCommitThatNoRefHasAnyMoreIsFetchedByItsId() throws Exception {
    GitProgram bases = GitProgram.init(directory.resolve("bases.git"));
    CommitId pinned = new CommitId(bases.commit("a.yaml", "a: 1\n"));
    CommitId head = pushedWithSubmodule();
    bases.commit("a.yaml", "a: 2\n"); // the branch is rewritten

    assertThat(mirrors.fetch(repository("shop"), MAIN, Optional.empty()))
        .isEqualTo(new FetchOutcome.At(head));
    ClosureResult result =
        new ClosureResolver(remotes)
            .resolve(
                mirrors.tree(repository("shop").repository(), head),
                new SourceQuery(
                    repository("shop"),
                    MAIN,
                    "vendor/bases",
                    Optional.empty(),
                    PlainOptions.DEFAULT,
                    List.of(),
                    List.of(),
                    new RemotePolicy(List.of(repository("bases")), List.of()),
                    false));

    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    ClosureResult.Resolved resolved = (ClosureResult.Resolved) result;
    assertThat(resolved.closure().load(resolved.tree()))
        .containsExactly(new InputFile.Text("vendor/bases/a.yaml", false, "a: 1\n"));
    assertThat(resolved.closure().bases())
        .containsExactly(new BaseCommit(repository("bases").repository(), pinned.value(), pinned));
  }

  /** Adds a submodule by a relative URL, and pushes the commit. */
  private CommitId pushedWithSubmodule() throws Exception {
    Path bare = directory.resolve("shop.git");
    GitProgram.init(bare);
    Path place = directory.resolve("work");
    GitProgram work = GitProgram.workTree(place);
    work.run("remote", "add", "origin", server.url("shop.git"));
    work.run("submodule", "add", "../bases.git", "vendor/bases");
    assertThat(Files.readString(place.resolve(".gitmodules"))).contains("url = ../bases.git");
    work.run("commit", "--quiet", "-m", "add");
    work.run("push", "--quiet", bare.toString(), "main");
    return new CommitId(work.run("rev-parse", "HEAD"));
  }

  private RemotePolicy.Base repository(String name) {
    String url = server.url(name + ".git");
    return new RemotePolicy.Base(
        RepositoryId.fromUrl(url), url, Optional.empty(), Optional.empty(), Optional.empty());
  }
}

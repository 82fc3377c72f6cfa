package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Remote bases from real repositories. */
class RemoteBasesIT {

  private static final RepositoryId BASES = new RepositoryId("git.example/acme/bases");

  @TempDir Path directory;
  private Origin origin;
  private Mirrors mirrors;
  private FetchedRemotes remotes;
  private RemotePolicy.Base base;

  @BeforeEach
  void start() throws IOException {
    origin = new Origin(directory.resolve("bases.git"));
    base =
        new RemotePolicy.Base(
            BASES, origin.url(), Optional.empty(), Optional.empty(), Optional.empty());
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    remotes =
        FetchedRemotes.within(
            directory.resolve("mirrors"), mirrors, Duration.ofMinutes(1), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    remotes.close();
    mirrors.close();
    origin.close();
  }

  @Test
  void aTagKeepsItsFirstCommit() throws Exception {
    origin.set(GitRef.tag("v1"), commit("one"));
    assertThat(file(remotes.base(base, "v1").tree())).isEqualTo("one");

    origin.set(GitRef.tag("v1"), commit("two"));
    assertThat(file(remotes.base(base, "v1").tree())).isEqualTo("one");
    Files.move(directory.resolve("bases.git"), directory.resolve("away.git"));
    assertThat(file(remotes.base(base, "v1").tree())).isEqualTo("one");
  }

  @Test
  void anAnnotatedTagIsPeeled() throws Exception {
    origin.set(GitRef.tag("v1"), origin.tag("v1", commit("one")));

    assertThat(file(remotes.base(base, "v1").tree())).isEqualTo("one");
  }

  @Test
  void aCommitIsFetchedByItsId() throws Exception {
    CommitId one = commit("one");
    origin.set(GitRef.branch("main"), one);
    origin.set(GitRef.branch("main"), commit("two", one));
    assertThat(file(remotes.base(base, one.value()).tree())).isEqualTo("one");
  }

  @Test
  void aBranchIsNotATag() throws Exception {
    origin.set(GitRef.branch("main"), commit("one"));

    RemoteException missing = failure("main");

    assertThat(missing.code()).isEqualTo(SourceFailure.REMOTE_MISSING);
    assertThat(missing)
        .hasMessageContaining("no tag 'main'")
        .hasMessageContaining("a branch moves");
  }

  @Test
  void anUnavailableRepositoryIsUnreachable() throws Exception {
    Files.move(directory.resolve("bases.git"), directory.resolve("away.git"));

    assertThat(failure("v1").code()).isEqualTo(SourceFailure.REMOTE_UNREACHABLE);
  }

  private RemoteException failure(String ref) {
    return catchThrowableOfType(RemoteException.class, () -> remotes.base(base, ref));
  }

  private CommitId commit(String text, CommitId... parents) throws IOException {
    return origin.commit(Map.of("base.yaml", Origin.Content.file(text)), parents);
  }

  private static String file(SourceTree tree) {
    return new String(tree.read(tree.entry("base.yaml").orElseThrow(), 1000), UTF_8);
  }
}

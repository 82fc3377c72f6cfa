package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Refuses repositories of the object format SHA-256, at real servers of each protocol. */
class Sha256RepositoryIT {

  private static final GitRef MAIN = GitRef.branch("main");

  @TempDir private Path directory;
  private CommitId commit;
  private Mirrors mirrors;

  @BeforeEach
  void create() throws Exception {
    GitProgram git = GitProgram.init(directory.resolve("new.git"), "--object-format=sha256");
    commit = new CommitId(git.commit("a.yaml", "a: 1\n"));
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    mirrors.close();
  }

  @Test
  void isRefusedOverHttp() throws Exception {
    try (HttpBackend server = HttpBackend.plain(directory)) {
      assertRefused(repository(server.url("new.git"), Optional.empty()));
    }
  }

  @Test
  void isRefusedFromADirectory() {
    assertRefused(repository("file://" + directory.resolve("new.git"), Optional.empty()));
  }

  @Test
  void isRefusedOverSsh() throws Exception {
    Path key = OpenSshServer.generate(directory.resolve("key"), "ed25519", "");
    try (OpenSshServer server = new OpenSshServer(directory, List.of("ed25519"))) {
      server.authorize(key);
      Path known = directory.resolve("known_hosts");
      Files.writeString(known, server.knownHost("ed25519"));
      SshAccess access =
          new SshAccess(Optional.of(file(key)), Optional.empty(), Optional.of(file(known)));
      assertRefused(repository(server.url(directory.resolve("new.git")), Optional.of(access)));
    }
  }

  @Test
  void isRefusedWhenItReplacesAMirroredRepository() throws Exception {
    Path place = directory.resolve("shop.git");
    GitProgram.init(place).commit("a.yaml", "a: 1\n");
    try (HttpBackend server = HttpBackend.plain(directory)) {
      RemotePolicy.Base repository = repository(server.url("shop.git"), Optional.empty());
      assertThat(mirrors.fetch(repository, MAIN, Optional.empty()))
          .isInstanceOf(FetchOutcome.At.class);

      Files.move(place, directory.resolve("old.git"));
      Files.move(directory.resolve("new.git"), place);
      assertRefused(repository);
    }
  }

  @Test
  void aLocalOneIsRefused() {
    assertThatThrownBy(() -> LocalRepository.open(directory.resolve("new.git")))
        .isInstanceOf(MirrorException.class)
        .hasMessageContaining("its object format is SHA-256, which Sluice cannot read");
  }

  @Test
  void anEmptyRepositoryOfTheUsualFormatIsNot() throws Exception {
    GitProgram.init(directory.resolve("empty.git"));
    try (HttpBackend server = HttpBackend.plain(directory)) {
      assertThat(
              mirrors.fetch(
                  repository(server.url("empty.git"), Optional.empty()), MAIN, Optional.empty()))
          .isEqualTo(new FetchOutcome.Gone());
    }
  }

  private void assertRefused(RemotePolicy.Base repository) {
    assertRefused(mirrors.fetch(repository, MAIN, Optional.empty()));
    assertRefused(mirrors.fetch(repository, MAIN, Optional.of(commit)));
    assertRefused(mirrors.fetchPinned(repository, "v1"));
    assertRefused(mirrors.fetchPinned(repository, "1234567890".repeat(4)));
  }

  private static void assertRefused(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    FetchOutcome.Failed failed = (FetchOutcome.Failed) outcome;
    assertThat(failed.code()).isEqualTo(SourceFailure.SHA256_REPOSITORY);
    assertThat(failed.reason())
        .isEqualTo(
            "cannot fetch forge.example/team/new: its object format is SHA-256, which Sluice"
                + " cannot read: push its content to a repository with the object format SHA-1");
    assertThat(failed.retryable()).isFalse();
  }

  private static RemotePolicy.Base repository(String url, Optional<SshAccess> ssh) {
    return new RemotePolicy.Base(
        new RepositoryId("forge.example/team/new"), url, Optional.empty(), ssh, Optional.empty());
  }

  private static SecretReference file(Path path) {
    return new SecretReference("file:" + path);
  }
}

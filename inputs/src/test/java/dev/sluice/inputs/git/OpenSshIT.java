package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fetches from OpenSSH's sshd with git-shell, with keys of OpenSSH's ssh-keygen. */
class OpenSshIT {

  private static final GitRef MAIN = GitRef.branch("main");

  @TempDir private Path directory;
  private Origin origin;
  private CommitId commit;
  private Mirrors mirrors;
  private OpenSshServer server;

  @BeforeEach
  void create() throws Exception {
    origin = new Origin(directory.resolve("shop.git"));
    commit = origin.commit(Map.of("a.yaml", Origin.Content.file("a: 1\n")));
    origin.set(MAIN, commit);
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    server = new OpenSshServer(directory, List.of("ed25519", "ecdsa", "rsa"));
  }

  @AfterEach
  void close() {
    mirrors.close();
    origin.close();
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ed25519, '', ''",
    "ed25519, correct horse, ''",
    "ecdsa, '', ''",
    "ecdsa, correct horse, ''",
    "rsa, '', ''",
    "rsa, correct horse, ''",
    "rsa, '', PEM",
    "rsa, correct horse, PEM",
    "rsa, '', PKCS8",
    "rsa, correct horse, PKCS8",
    "ecdsa, '', PEM",
    "ecdsa, correct horse, PKCS8",
  })
  void fetchesWithKeysOfEachTypeAndForm(String type, String passphrase, String form)
      throws Exception {
    Path key =
        OpenSshServer.generate(
            directory.resolve("key"),
            type,
            passphrase,
            form.isEmpty() ? List.of() : List.of("-m", form));
    server.authorize(key);

    assertThat(fetch(key, passphrase, server.knownHost("ed25519")))
        .isEqualTo(new FetchOutcome.At(commit));
  }

  @ParameterizedTest
  @CsvSource({"ed25519", "ecdsa", "rsa"})
  void findsTheOneKnownKeyOfAServerWithSeveral(String type) throws Exception {
    Path key = authorized();

    assertThat(fetch(key, "", server.knownHost(type))).isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void readsHashedHostNames() throws Exception {
    Path known = Files.writeString(directory.resolve("hashed"), server.knownHost("ed25519"));
    OpenSshServer.run(List.of("ssh-keygen", "-H", "-f", known.toString()));
    String hashed = Files.readString(known);
    assertThat(hashed).startsWith("|1|");

    assertThat(fetch(authorized(), "", hashed)).isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void refusesUnknownAndChangedHosts() throws Exception {
    Path key = authorized();
    Path other = OpenSshServer.generate(directory.resolve("other"), "ed25519", "");
    String changed =
        "[127.0.0.1]:%d %s"
            .formatted(server.port(), Files.readString(other.resolveSibling("other.pub")));

    FetchOutcome.Failed unknown =
        failed(fetch(key, "", "github.com " + server.knownHost("rsa").split(" ", 2)[1]));
    assertThat(unknown.code()).isEqualTo(SourceFailure.HOST_KEY_REFUSED);
    assertThat(unknown.reason()).contains("is unknown");
    FetchOutcome.Failed replaced = failed(fetch(key, "", changed));
    assertThat(replaced.code()).isEqualTo(SourceFailure.HOST_KEY_REFUSED);
    assertThat(replaced.reason()).contains("has changed to SHA256:");
  }

  @Test
  void tellsWrongRevokedAndRotatedKeysApart() throws Exception {
    Path key = OpenSshServer.generate(directory.resolve("key"), "ed25519", "");
    String known = server.knownHost("ed25519");
    FetchOutcome.Failed wrong = failed(fetch(key, "", known));
    assertThat(wrong.code()).isEqualTo(SourceFailure.CREDENTIALS_REFUSED);
    assertThat(wrong.reason()).contains("refuses the key at file:" + key, "ssh.privateKey");

    server.authorize(key);
    assertThat(fetch(key, "", known)).isEqualTo(new FetchOutcome.At(commit));

    server.authorize("");
    FetchOutcome.Failed revoked = failed(fetch(key, "", known));
    assertThat(revoked.code()).isEqualTo(SourceFailure.CREDENTIALS_EXPIRED);

    OpenSshServer.generate(key, "rsa", "");
    FetchOutcome.Failed rotated = failed(fetch(key, "", known));
    assertThat(rotated.code()).isEqualTo(SourceFailure.CREDENTIALS_ROTATED);

    server.authorize(key);
    assertThat(fetch(key, "", known))
        .as("the new key, read without a restart")
        .isEqualTo(new FetchOutcome.At(commit));
  }

  @Test
  void namesARepositoryThatIsNotThere() throws Exception {
    FetchOutcome.Failed failed =
        failed(
            fetch(
                server.url(directory.resolve("absent.git")),
                authorized(),
                "",
                server.knownHost("ed25519")));

    assertThat(failed.code()).isEqualTo(SourceFailure.REPOSITORY_NOT_FOUND);
  }

  @Test
  void theLinesOfAScanAreTheServersKeys() throws Exception {
    List<HostKeyScan.HostKey> keys =
        new HostKeyScan(Duration.ofSeconds(10)).keys("127.0.0.1", server.port());

    assertThat(keys)
        .extracting(HostKeyScan.HostKey::type)
        .containsExactly("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa");
    Path file = Files.writeString(directory.resolve("scanned"), keys.getFirst().line());
    Process listed = new ProcessBuilder("ssh-keygen", "-l", "-f", file.toString()).start();
    assertThat(new String(listed.getInputStream().readAllBytes(), UTF_8))
        .contains(keys.getFirst().fingerprint());
    String lines = keys.stream().map(HostKeyScan.HostKey::line).collect(Collectors.joining("\n"));
    assertThat(fetch(authorized(), "", lines)).isEqualTo(new FetchOutcome.At(commit));
  }

  private Path authorized() throws Exception {
    Path key = OpenSshServer.generate(directory.resolve("key"), "ed25519", "");
    server.authorize(key);
    return key;
  }

  private FetchOutcome fetch(Path key, String passphrase, String knownHosts) throws Exception {
    return fetch(server.url(directory.resolve("shop.git")), key, passphrase, knownHosts);
  }

  private FetchOutcome fetch(String url, Path key, String passphrase, String knownHosts)
      throws Exception {
    Optional<SecretReference> secret =
        passphrase.isEmpty()
            ? Optional.empty()
            : Optional.of(file(Files.writeString(directory.resolve("passphrase"), passphrase)));
    return mirrors.fetch(
        new RemotePolicy.Base(
            new RepositoryId("forge.example/team/shop"),
            url,
            Optional.empty(),
            Optional.of(
                new SshAccess(
                    Optional.of(file(key)),
                    secret,
                    Optional.of(
                        file(Files.writeString(directory.resolve("known_hosts"), knownHosts))))),
            Optional.empty()),
        MAIN,
        Optional.empty());
  }

  private static SecretReference file(Path path) {
    return new SecretReference("file:" + path);
  }

  private static FetchOutcome.Failed failed(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    return (FetchOutcome.Failed) outcome;
  }
}

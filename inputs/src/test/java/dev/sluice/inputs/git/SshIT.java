package dev.sluice.inputs.git;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Fetches over SSH, with keys and host keys of each type, from a server that the test runs. */
class SshIT {

  private static final String TAG = "v1";
  private static final String PASSPHRASE = "correct horse";
  private static final Map<Integer, KeyPair> RSA = new HashMap<>();

  @TempDir Path directory;
  private Origin origin;
  private CommitId commit;
  private Mirrors mirrors;

  @BeforeEach
  void create() throws IOException {
    origin = new Origin(directory.resolve("shop.git"));
    commit = origin.commit(Map.of("web/a.yaml", Origin.Content.file("a: 1\n")));
    origin.set(GitRef.tag(TAG), commit);
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    mirrors.close();
    origin.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ssh-ed25519, 256, ssh-ed25519, 256",
    "ssh-rsa, 3072, ssh-ed25519, 256",
    "ecdsa-sha2-nistp256, 256, ecdsa-sha2-nistp384, 384",
    "ssh-ed25519, 256, ssh-rsa, 3072",
  })
  void fetchesWithKeysOfEachType(String userType, int userSize, String hostType, int hostSize)
      throws Exception {
    KeyPair user = key(userType, userSize);
    KeyPair host = key(hostType, hostSize);
    try (SshGitServer server = server(user, host)) {
      assertThat(fetch(server, openSsh(user), Optional.empty(), server.knownHost(host)))
          .isEqualTo(new FetchOutcome.At(commit));
      assertThat(fetch(server, openSshEncrypted(user), passphrase(), server.knownHost(host)))
          .isEqualTo(new FetchOutcome.At(commit));
    }
  }

  @Test
  void readsKeysInPemForm() throws Exception {
    KeyPair user = rsa();
    KeyPair host = ed25519();
    StringWriter pem = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
      writer.writeObject(user.getPrivate());
    }
    try (SshGitServer server = server(user, host)) {
      assertThat(fetch(server, pem.toString(), Optional.empty(), server.knownHost(host)))
          .isEqualTo(new FetchOutcome.At(commit));
    }
  }

  @Test
  void findsTheKnownKeyAmongSeveralOfTheServer() throws Exception {
    KeyPair user = ed25519();
    KeyPair first = ed25519();
    KeyPair second = rsa();
    try (SshGitServer server =
        new SshGitServer(directory.resolve("shop.git"), user.getPublic(), List.of(first, second))) {
      assertThat(fetch(server, openSsh(user), Optional.empty(), server.knownHost(second)))
          .isEqualTo(new FetchOutcome.At(commit));
    }
  }

  @Test
  void refusesAnUnknownHostWithItsKey() throws Exception {
    KeyPair user = ed25519();
    KeyPair host = ed25519();
    try (SshGitServer server = server(user, host)) {
      FetchOutcome.Failed failed =
          failed(fetch(server, openSsh(user), Optional.empty(), "# nobody is known\n"));

      assertThat(failed.reason())
          .contains(
              "the host key " + KeyUtils.getFingerPrint(host.getPublic()),
              "[127.0.0.1]:" + server.port(),
              "is unknown",
              "add it to file:" + directory.resolve("known_hosts"));
      assertThat(failed.retryable()).isFalse();
    }
  }

  @Test
  void refusesAChangedHostKey() throws Exception {
    KeyPair user = ed25519();
    KeyPair old = ed25519();
    KeyPair changed = ed25519();
    try (SshGitServer server = server(user, changed)) {
      FetchOutcome.Failed failed =
          failed(fetch(server, openSsh(user), Optional.empty(), server.knownHost(old)));

      assertThat(failed.reason())
          .contains("has changed to " + KeyUtils.getFingerPrint(changed.getPublic()));
      assertThat(failed.retryable()).isFalse();
    }
  }

  @Test
  void refusesARevokedHostKey() throws Exception {
    KeyPair user = ed25519();
    KeyPair host = ed25519();
    try (SshGitServer server = server(user, host)) {
      String lines =
          server.knownHost(host) + "@revoked * " + PublicKeyEntry.toString(host.getPublic());

      assertThat(failed(fetch(server, openSsh(user), Optional.empty(), lines)).reason())
          .contains("is revoked");
    }
  }

  @Test
  void aRefusedKeyIsAProblemOfTheKey() throws Exception {
    KeyPair host = ed25519();
    try (SshGitServer server = server(ed25519(), host)) {
      FetchOutcome.Failed failed =
          failed(fetch(server, openSsh(ed25519()), Optional.empty(), server.knownHost(host)));

      assertThat(failed.reason()).contains("the server refuses the key", "ssh.privateKey");
      assertThat(failed.retryable()).isFalse();
    }
  }

  @Test
  void saysWhatIsWrongWithAKey() throws Exception {
    KeyPair user = ed25519();
    KeyPair host = ed25519();
    try (SshGitServer server = server(user, host)) {
      String known = server.knownHost(host);
      assertThat(failed(fetch(server, openSshEncrypted(user), Optional.empty(), known)).reason())
          .contains("is encrypted", "ssh.passphrase", directory.resolve("key").toString());
      assertThat(
              failed(fetch(server, openSshEncrypted(user), secret("passphrase", "wrong"), known))
                  .reason())
          .contains("check its passphrase");
      assertThat(failed(fetch(server, "no key", Optional.empty(), known)).reason())
          .contains("there is no private key");
      assertThat(failed(fetch(server, openSsh(user), Optional.empty(), "host nonsense")).reason())
          .contains("is unknown");
    }
  }

  @Test
  void aPrivateKeyInPlaceOfKnownHostsIsNotShown() throws Exception {
    KeyPair user = ed25519();
    String key = openSsh(user);
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    root.warn("before the fetch");
    try (SshGitServer server = server(user, ed25519())) {
      FetchOutcome.Failed failed = failed(fetch(server, key, Optional.empty(), key));

      assertThat(failed.reason()).contains("is unknown");
      assertThat(failed.retryable()).isFalse();
      String shown = failed.reason() + log.list;
      assertThat(shown).as("the log of this thread").contains("before the fetch");
      assertThat(key.lines().filter(shown::contains)).isEmpty();
    } finally {
      root.detachAppender(log);
    }
  }

  @Test
  void aMissingRepositoryIsNotRetriedAtOnce() throws Exception {
    KeyPair user = ed25519();
    KeyPair host = ed25519();
    try (SshGitServer server = server(user, host)) {
      FetchOutcome.Failed failed =
          failed(
              fetch(
                  server.url().replace("shop", "other"),
                  openSsh(user),
                  Optional.empty(),
                  server.knownHost(host)));

      assertThat(failed.reason()).contains("repository does not exist");
      assertThat(failed.retryable()).isFalse();
    }
  }

  private SshGitServer server(KeyPair user, KeyPair host) throws IOException {
    return new SshGitServer(directory.resolve("shop.git"), user.getPublic(), List.of(host));
  }

  private FetchOutcome fetch(
      SshGitServer server, String key, Optional<SecretReference> passphrase, String knownHosts)
      throws IOException {
    return fetch(server.url(), key, passphrase, knownHosts);
  }

  private FetchOutcome fetch(
      String url, String key, Optional<SecretReference> passphrase, String knownHosts)
      throws IOException {
    return mirrors.fetchPinned(
        new RemotePolicy.Base(
            new RepositoryId("forge.example/team/shop"),
            url,
            Optional.empty(),
            Optional.of(
                new SshAccess(secret("key", key), passphrase, secret("known_hosts", knownHosts))),
            Optional.empty()),
        TAG);
  }

  private Optional<SecretReference> passphrase() throws IOException {
    return secret("passphrase", PASSPHRASE);
  }

  private Optional<SecretReference> secret(String name, String content) throws IOException {
    return Optional.of(
        new SecretReference("file:" + Files.writeString(directory.resolve(name), content)));
  }

  private static FetchOutcome.Failed failed(FetchOutcome outcome) {
    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    return (FetchOutcome.Failed) outcome;
  }

  private static KeyPair ed25519() throws GeneralSecurityException {
    return key("ssh-ed25519", 256);
  }

  private static KeyPair rsa() throws GeneralSecurityException {
    return key("ssh-rsa", 3072);
  }

  /** Generates a key; RSA keys are shared by the tests, since each takes seconds to generate. */
  private static KeyPair key(String type, int size) throws GeneralSecurityException {
    if (!type.equals("ssh-rsa")) {
      return KeyUtils.generateKeyPair(type, size);
    }
    KeyPair known = RSA.get(size);
    KeyPair key = known == null ? KeyUtils.generateKeyPair(type, size) : known;
    RSA.put(size, key);
    return key;
  }

  private static String openSsh(KeyPair key) throws Exception {
    return written(key, null);
  }

  private static String openSshEncrypted(KeyPair key) throws Exception {
    OpenSSHKeyEncryptionContext encryption = new OpenSSHKeyEncryptionContext();
    encryption.setCipherName("AES");
    encryption.setCipherType("256");
    encryption.setCipherMode("CTR");
    encryption.setKdfRounds(1);
    encryption.setPassword(PASSPHRASE);
    return written(key, encryption);
  }

  private static String written(KeyPair key, OpenSSHKeyEncryptionContext encryption)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", encryption, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}

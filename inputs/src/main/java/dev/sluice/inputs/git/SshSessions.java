package dev.sluice.inputs.git;

import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SshAccess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.security.auth.login.LoginException;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.util.FS;

/**
 * SSH sessions with the key and the known hosts that the fleet names. What it does not name is read
 * from {@code .ssh} in the home directory of the process's user.
 */
final class SshSessions {

  private SshSessions() {}

  /**
   * Returns a factory of sessions; references are read now, because their content may change.
   *
   * @throws IllegalStateException if a key or the known hosts cannot be read; the message has the
   *     location only
   */
  static SshSessionFactory of(SshAccess access) throws IOException {
    KnownHosts knownHosts =
        new KnownHosts(access.knownHosts().map(SshSessions::named).orElseGet(SshSessions::ofUser));
    SshdSessionFactoryBuilder builder =
        new SshdSessionFactoryBuilder()
            .setHomeDirectory(home().toFile())
            .setSshDirectory(home().resolve(".ssh").toFile())
            .setServerKeyDatabase((_, _) -> knownHosts);
    access
        .privateKey()
        .map(key -> keys(key, access.passphrase()))
        .ifPresent(
            keys ->
                builder
                    .setConfigFile(_ -> null)
                    .setDefaultIdentities(_ -> List.of())
                    .setDefaultKeysProvider(_ -> keys));
    return builder.build(null);
  }

  private static KnownHosts.Source named(SecretReference reference) {
    return new KnownHosts.Source(reference.value(), reference.resolve());
  }

  private static KnownHosts.Source ofUser() {
    Path file = home().resolve(".ssh").resolve("known_hosts");
    try {
      return new KnownHosts.Source(
          file.toString(), Files.exists(file) ? Files.readString(file) : "");
    } catch (IOException e) {
      throw new IllegalStateException(
          "the known hosts in %s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static Path home() {
    return FS.DETECTED.userHome().toPath();
  }

  private static List<KeyPair> keys(
      SecretReference reference, Optional<SecretReference> passphrase) {
    String name = reference.value();
    byte[] text = (reference.resolve() + "\n").getBytes(StandardCharsets.UTF_8);
    FilePasswordProvider password =
        passphrase
            .map(SecretReference::resolve)
            .map(FilePasswordProvider::of)
            .orElse(FilePasswordProvider.EMPTY);
    try {
      List<KeyPair> pairs = new ArrayList<>();
      Iterable<KeyPair> found =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(name), new ByteArrayInputStream(text), password);
      if (found != null) {
        found.forEach(pairs::add);
      }
      if (pairs.isEmpty()) {
        throw new IllegalStateException(
            "there is no private key at %s: give one in the form of OpenSSH or PEM"
                .formatted(name));
      }
      return pairs;
    } catch (LoginException e) {
      throw new IllegalStateException(
          "the private key at %s is encrypted: give its passphrase in ssh.passphrase"
              .formatted(name),
          e);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      if (e instanceof IllegalStateException known) {
        throw known;
      }
      throw new IllegalStateException(
          "the private key at %s cannot be read: check %s"
              .formatted(name, passphrase.isPresent() ? "its passphrase" : "its form"),
          e);
    }
  }
}

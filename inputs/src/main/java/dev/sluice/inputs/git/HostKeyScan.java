package dev.sluice.inputs.git;

import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.ClientSession.ClientSessionEvent;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;

/**
 * Scan of the host keys that an SSH server shows, one connection for each type of key, without
 * logging in. Nothing tells whether the right server answers: the keys must be compared with those
 * that its administrator publishes.
 */
public final class HostKeyScan {

  private static final List<BuiltinSignatures> TYPES =
      List.of(
          BuiltinSignatures.ed25519,
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.rsaSHA512);

  private static final int DEFAULT_PORT = 22;

  private final Duration patience;

  /** Creates a scan that waits this long for each answer. */
  public HostKeyScan(Duration patience) {
    this.patience = patience;
  }

  /**
   * A host key.
   *
   * @param line of {@code known_hosts}
   * @param fingerprint such as {@code SHA256:...}, as {@code ssh-keygen -l} prints it
   * @param type such as {@code ssh-ed25519}
   */
  public record HostKey(String line, String fingerprint, String type) {}

  /**
   * Returns the server's keys; empty if it speaks SSH and has none of a known type.
   *
   * @throws IOException if it does not answer
   */
  public List<HostKey> keys(String host, int port) throws IOException {
    List<HostKey> keys = new ArrayList<>();
    for (BuiltinSignatures type : TYPES) {
      if (type.isSupported()) {
        key(host, port, type).map(key -> named(host, port, key)).ifPresent(keys::add);
      }
    }
    return keys;
  }

  private static HostKey named(String host, int port, PublicKey key) {
    String name = port == DEFAULT_PORT ? host : "[%s]:%d".formatted(host, port);
    return new HostKey(
        name + " " + PublicKeyEntry.toString(key),
        KeyUtils.getFingerPrint(key),
        KeyUtils.getKeyType(key));
  }

  private Optional<PublicKey> key(String host, int port, NamedFactory<Signature> type)
      throws IOException {
    AtomicReference<Optional<PublicKey>> shown = new AtomicReference<>(Optional.empty());
    try (SshClient client = SshClient.setUpDefaultClient()) {
      client.setSignatureFactories(List.of(type));
      client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
      client.setHostConfigEntryResolver((_, _, _, _, _, _) -> null);
      client.setServerKeyVerifier((_, _, key) -> isNoted(shown, key));
      client.start();
      try (ClientSession session =
          client.connect("known-hosts-scan", host, port).verify(patience).getSession()) {
        var unused =
            session.waitFor(
                EnumSet.of(ClientSessionEvent.CLOSED, ClientSessionEvent.WAIT_AUTH), patience);
      }
    }
    return shown.get();
  }

  /** Notes the key and refuses it, which ends the session before a login. */
  private static boolean isNoted(AtomicReference<Optional<PublicKey>> shown, PublicKey key) {
    shown.set(Optional.of(key));
    return false;
  }
}

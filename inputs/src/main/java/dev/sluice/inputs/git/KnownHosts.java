package dev.sluice.inputs.git;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.jspecify.annotations.Nullable;

/**
 * Verifier of SSH servers by the lines of {@code known_hosts}. An unknown or changed key is refused
 * with a {@link HostKeyException}; nothing is asked and nothing is stored.
 *
 * @see <a href="https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT">the format</a>
 */
final class KnownHosts implements ServerKeyDatabase {

  private static final int DEFAULT_PORT = 22;
  private static final String REVOKED = "revoked";

  /** The lines of a file, and how messages name it. */
  record Source(String name, String lines) {}

  /** A server has shown a key that is not accepted. */
  static final class HostKeyException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    HostKeyException(String message) {
      super(message);
    }
  }

  private record Entry(KnownHostEntry line, PublicKey key) {
    boolean isMarked() {
      return line.getMarker() != null;
    }
  }

  private final String name;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * Creates the verifier. Lines that OpenSSH would ignore, and keys of unknown types, are skipped.
   */
  KnownHosts(Source source) {
    this.name = source.name();
    source.lines().lines().forEach(line -> entry(line).ifPresent(entries::add));
  }

  /** Parses one line; the library's reader of files logs invalid lines, which may be secrets. */
  private static Optional<Entry> entry(String line) {
    try {
      return Optional.ofNullable(
              KnownHostEntry.parseKnownHostEntry(line.replaceFirst("#.*", "").strip()))
          .flatMap(KnownHosts::entry);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Entry> entry(KnownHostEntry line) {
    try {
      return Optional.ofNullable(
              line.getKeyEntry().resolvePublicKey(null, PublicKeyEntryResolver.IGNORING))
          .map(key -> new Entry(line, key));
    } catch (IOException | GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<PublicKey> lookup(
      String connectAddress, InetSocketAddress remoteAddress, Configuration configuration) {
    SshdSocketAddress host = parse(connectAddress);
    List<PublicKey> known = new ArrayList<>(keys(host, entry -> !entry.isMarked()));
    known.addAll(keys(atDefaultPort(host), entry -> !entry.isMarked()));
    return known;
  }

  @Override
  public boolean accept(
      String connectAddress,
      InetSocketAddress remoteAddress,
      PublicKey shown,
      Configuration configuration,
      @Nullable CredentialsProvider provider) {
    SshdSocketAddress host = parse(connectAddress);
    if (isOneOf(keys(host, KnownHosts::isRevoked), shown)
        || isOneOf(keys(atDefaultPort(host), KnownHosts::isRevoked), shown)) {
      throw refused("the host key %s of %s is revoked in %s", shown, connectAddress);
    }
    if (isOneOf(lookup(connectAddress, remoteAddress, configuration), shown)) {
      return true;
    }
    if (keys(host, entry -> !entry.isMarked()).isEmpty()) {
      throw refused(
          "the host key %s of %s is unknown: compare it with the one that the forge's"
              + " administrator publishes, and add it to %s",
          shown, connectAddress);
    }
    throw refused(
        "the host key of %2$s has changed to %1$s: another server may answer in its place; ask the"
            + " forge's administrator, and replace the old key in %3$s",
        shown, connectAddress);
  }

  private HostKeyException refused(String message, PublicKey shown, String host) {
    String key = "%s (%s)".formatted(KeyUtils.getFingerPrint(shown), KeyUtils.getKeyType(shown));
    return new HostKeyException(message.formatted(key, host, name));
  }

  private List<PublicKey> keys(SshdSocketAddress host, Predicate<Entry> which) {
    return entries.stream()
        .filter(which)
        .filter(entry -> entry.line().isHostMatch(host.getHostName(), host.getPort()))
        .map(Entry::key)
        .toList();
  }

  private static boolean isRevoked(Entry entry) {
    return REVOKED.equals(entry.line().getMarker());
  }

  private static boolean isOneOf(List<PublicKey> keys, PublicKey shown) {
    return keys.stream().anyMatch(key -> KeyUtils.compareKeys(key, shown));
  }

  /** Returns the address at which a key without a port is known, which OpenSSH accepts too. */
  private static SshdSocketAddress atDefaultPort(SshdSocketAddress host) {
    return new SshdSocketAddress(host.getHostName(), DEFAULT_PORT);
  }

  /** Parses {@code host} or {@code [host]:port}. */
  private static SshdSocketAddress parse(String address) {
    int end = address.lastIndexOf("]:");
    return address.startsWith("[") && end > 0
        ? new SshdSocketAddress(
            address.substring(1, end), Integer.parseInt(address.substring(end + 2)))
        : new SshdSocketAddress(address, DEFAULT_PORT);
  }
}

package dev.sluice.contract.fleet;

import java.util.Optional;

/**
 * Access to a repository over SSH. Without a key or known hosts, those of the process's user apply.
 *
 * @param privateKey a private key in OpenSSH's or PEM form
 * @param passphrase of the private key, if it is encrypted
 * @param knownHosts host keys in the form of OpenSSH's {@code known_hosts}
 */
public record SshAccess(
    Optional<SecretReference> privateKey,
    Optional<SecretReference> passphrase,
    Optional<SecretReference> knownHosts) {

  /** Access with the keys and the known hosts of the process's user. */
  public static final SshAccess OF_USER =
      new SshAccess(Optional.empty(), Optional.empty(), Optional.empty());
}

package dev.sluice.contract.fleet;

import java.util.Optional;

/**
 * Access to a repository over HTTPS, besides its credentials.
 *
 * @param trustedCertificates PEM certificates of the authorities that may sign the server's
 *     certificate; without it, those of the process
 * @param clientCertificate a PEM certificate with its chain that is shown to the server
 * @param clientKey the private key of the client certificate, in PEM form
 * @param proxy {@code http://HOST[:PORT]} of a proxy, without credentials; without it, the one of
 *     the process
 * @param proxyCredentials {@code user:password} for the proxy, by reference
 * @param githubApp a GitHub App whose installation tokens are the credentials
 * @param lfs permission to fetch files of Git LFS; absent in records of earlier versions
 */
public record HttpsAccess(
    Optional<SecretReference> trustedCertificates,
    Optional<SecretReference> clientCertificate,
    Optional<SecretReference> clientKey,
    Optional<String> proxy,
    Optional<SecretReference> proxyCredentials,
    Optional<GithubApp> githubApp,
    Optional<LfsAccess> lfs) {

  /** Access without any of these. */
  public static final HttpsAccess DEFAULT =
      new HttpsAccess(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Returns this access with files of Git LFS. */
  public HttpsAccess with(LfsAccess files) {
    return new HttpsAccess(
        trustedCertificates,
        clientCertificate,
        clientKey,
        proxy,
        proxyCredentials,
        githubApp,
        Optional.of(files));
  }

  /** Returns whether connections differ from those of the process. */
  public boolean hasOwnConnections() {
    return trustedCertificates.isPresent() || clientCertificate.isPresent() || proxy.isPresent();
  }
}

package dev.sluice.contract.fleet;

import java.util.Optional;

/**
 * A GitHub App that is installed for a repository.
 *
 * @param appId the app's id or client id
 * @param installationId the number of the installation; without it, GitHub is asked for the
 *     repository's
 * @param privateKey the app's private key in PEM form (PKCS #1 or PKCS #8), by reference
 * @param api the address of GitHub's REST API; without it, {@code https://api.github.com} for
 *     github.com, and {@code https://HOST/api/v3} for other hosts
 * @see <a
 *     href="https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation">Authenticating
 *     as a GitHub App installation</a>
 */
public record GithubApp(
    String appId,
    Optional<String> installationId,
    SecretReference privateKey,
    Optional<String> api) {}

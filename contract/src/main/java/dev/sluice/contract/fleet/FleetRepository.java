package dev.sluice.contract.fleet;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.RepositoryId;
import java.time.Duration;
import java.util.Optional;

/**
 * A repository of the fleet.
 *
 * @param name the name by which applications refer to it
 * @param id its canonical name, as the forge's webhooks name it
 * @param url the clone URL, without credentials
 * @param credentials {@code user:password} or a bare token, by reference
 * @param ssh keys for a URL of SSH
 * @param https certificates, proxy and GitHub App for a URL of HTTPS
 * @param verify the signatures that its commits need before they are dispatched; empty for none
 * @param artifact what is published there instead of commits; empty for a Git repository
 * @param interval between two polls of a ref; empty for the dispatcher's
 */
public record FleetRepository(
    String name,
    RepositoryId id,
    String url,
    Optional<Forge> forge,
    Optional<SecretReference> credentials,
    Optional<SshAccess> ssh,
    Optional<HttpsAccess> https,
    Optional<Verification> verify,
    Optional<Artifact> artifact,
    Optional<Duration> interval) {}

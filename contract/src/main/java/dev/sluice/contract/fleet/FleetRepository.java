package dev.sluice.contract.fleet;

import dev.sluice.contract.name.Forge;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;

/**
 * A repository that the fleet follows.
 *
 * @param name what applications call it
 * @param id its canonical name, as the forge's webhooks name it
 * @param url where it is cloned from; carries no credentials
 */
public record FleetRepository(
    String name,
    RepositoryId id,
    String url,
    Optional<Forge> forge,
    Optional<SecretReference> credentials) {}

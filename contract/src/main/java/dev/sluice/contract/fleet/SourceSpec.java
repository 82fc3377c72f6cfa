package dev.sluice.contract.fleet;

import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;

/**
 * One source of an application, with all that is needed to fetch it.
 *
 * @param url where it is cloned from; carries no credentials
 * @param credentials {@code user:password} or a bare token, by reference
 * @param path the directory, or single file, in the repository, without leading or trailing '/';
 *     empty for its root
 * @param type empty: found out from the files
 */
public record SourceSpec(
    RepositoryId repository,
    String url,
    Optional<SecretReference> credentials,
    GitRef ref,
    String path,
    Optional<SourceType> type) {}

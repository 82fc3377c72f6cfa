package dev.sluice.worker.apply;

import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.fields.LivePreview;
import java.util.Optional;

/**
 * All that reads and writes the objects of applications, with the permissions of one service
 * account or of the worker itself.
 *
 * @param account that is impersonated; empty for the worker's own permissions
 */
public record ObjectAccess(
    Optional<ServiceAccountName> account,
    ClusterApi api,
    Discovery discovery,
    SourceRendering rendering,
    PlanRunner runner,
    LivePreview preview,
    OrphanRemoval orphans) {}

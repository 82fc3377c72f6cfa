package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.fields.LivePreview;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Clock;
import java.util.function.Predicate;

/**
 * The context that all applications of a cluster share during a leader session.
 *
 * @param live receives what is written, and tells which live objects differ
 * @param suspended whether an application is suspended, so that drift is not healed
 */
public record ApplyContext(
    SourceRendering rendering,
    PlanRunner runner,
    ObjectClaims claims,
    SyncRecordReader targets,
    Reporter reporter,
    DeadLetters deadLetters,
    LiveObjects live,
    LivePreview preview,
    OrphanRemoval orphans,
    Predicate<ApplicationName> suspended,
    Clock clock) {}

package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * What the applications of a cluster share while this worker leads.
 *
 * @param wake has what is parked of an application tried again
 * @param since when the lead was taken: what was written earlier is of the past
 */
record ApplyContext(
    String installation,
    Rendering rendering,
    PlanRunner runner,
    ObjectClaims claims,
    SyncRecordReader targets,
    Reporter reporter,
    DeadLetters deadLetters,
    Consumer<ApplicationName> wake,
    AppliedListener listener,
    Tracing tracing,
    Instant since,
    Clock clock) {}

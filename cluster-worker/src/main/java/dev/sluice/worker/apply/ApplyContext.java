package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * The parts that all applications of a cluster share during a leader session.
 *
 * @param wake retries an application that is parked
 * @param since when the session began; records written earlier may have been applied before
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

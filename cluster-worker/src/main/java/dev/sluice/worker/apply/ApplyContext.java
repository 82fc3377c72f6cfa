package dev.sluice.worker.apply;

import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Clock;

/** The context that all applications of a cluster share during a leader session. */
public record ApplyContext(
    SourceRendering rendering,
    PlanRunner runner,
    ObjectClaims claims,
    SyncRecordReader targets,
    Reporter reporter,
    DeadLetters deadLetters,
    Clock clock) {}

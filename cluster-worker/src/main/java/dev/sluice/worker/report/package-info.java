/** Reporting the outcome of targets: results and dead letters. */
@NullMarked
package dev.sluice.worker.report;

import org.jspecify.annotations.NullMarked;

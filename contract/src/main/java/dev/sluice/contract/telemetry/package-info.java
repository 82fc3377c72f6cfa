/** What the parts tell of themselves while they run: metrics and traces. */
@NullMarked
package dev.sluice.contract.telemetry;

import org.jspecify.annotations.NullMarked;

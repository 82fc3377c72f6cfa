/** Metrics and traces of a running process. */
@NullMarked
package dev.sluice.platform.telemetry;

import org.jspecify.annotations.NullMarked;

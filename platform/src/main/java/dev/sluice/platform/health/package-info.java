/** The HTTP server for liveness, readiness and metrics. */
@NullMarked
package dev.sluice.platform.health;

import org.jspecify.annotations.NullMarked;

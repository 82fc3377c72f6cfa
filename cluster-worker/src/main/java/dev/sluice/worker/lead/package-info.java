/** Leader election: one active worker per cluster. */
@NullMarked
package dev.sluice.worker.lead;

import org.jspecify.annotations.NullMarked;

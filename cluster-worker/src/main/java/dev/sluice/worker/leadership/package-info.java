/** Leader election: one active worker per cluster. */
@NullMarked
package dev.sluice.worker.leadership;

import org.jspecify.annotations.NullMarked;

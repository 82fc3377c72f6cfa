/** Being the one active worker of a cluster. */
@NullMarked
package dev.sluice.worker.lead;

import org.jspecify.annotations.NullMarked;

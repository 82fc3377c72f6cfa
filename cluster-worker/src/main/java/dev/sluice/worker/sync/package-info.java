/** The reader of the cluster's sync topic. */
@NullMarked
package dev.sluice.worker.sync;

import org.jspecify.annotations.NullMarked;

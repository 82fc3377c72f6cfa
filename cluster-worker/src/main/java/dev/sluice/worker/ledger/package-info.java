/** The worker's record of each application, kept in the cluster and written by compare-and-swap. */
@NullMarked
package dev.sluice.worker.ledger;

import org.jspecify.annotations.NullMarked;

/** The sweep that removes orphans: Sluice's objects that no ledger contains. */
@NullMarked
package dev.sluice.worker.sweep;

import org.jspecify.annotations.NullMarked;

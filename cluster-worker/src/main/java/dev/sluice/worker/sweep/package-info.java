/** The sweep that removes objects of Sluice that no ledger knows. */
@NullMarked
package dev.sluice.worker.sweep;

import org.jspecify.annotations.NullMarked;

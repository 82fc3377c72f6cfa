/** Reconciling applications: rendering, planning, writing, waiting, deleting. */
@NullMarked
package dev.sluice.worker.apply;

import org.jspecify.annotations.NullMarked;

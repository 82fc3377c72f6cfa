/** One serial queue per application: when an attempt runs, and what follows a failure. */
@NullMarked
package dev.sluice.worker.lane;

import org.jspecify.annotations.NullMarked;

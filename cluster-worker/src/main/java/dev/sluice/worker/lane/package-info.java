/** One serial queue for each application: what runs when, and what happens after a failure. */
@NullMarked
package dev.sluice.worker.lane;

import org.jspecify.annotations.NullMarked;

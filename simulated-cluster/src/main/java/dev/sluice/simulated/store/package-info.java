/** Objects, their history for watchers, and the journal that preserves them across restarts. */
@NullMarked
package dev.sluice.simulated.store;

import org.jspecify.annotations.NullMarked;

/** What to do, in which order, decided as pure functions over the desired and the old inventory. */
@NullMarked
package dev.sluice.worker.plan;

import org.jspecify.annotations.NullMarked;

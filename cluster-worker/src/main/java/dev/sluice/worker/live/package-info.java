/** The live objects of the applications, as watches show them: their state and their health. */
@NullMarked
package dev.sluice.worker.live;

import org.jspecify.annotations.NullMarked;

/**
 * Targets that were sent before, read from the topics of the clusters or from the archive, so that
 * they can be sent again.
 */
@NullMarked
package dev.sluice.dispatcher.recorded;

import org.jspecify.annotations.NullMarked;

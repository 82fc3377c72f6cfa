/** What a target would change in the cluster, for whoever asks. */
@NullMarked
package dev.sluice.worker.diff;

import org.jspecify.annotations.NullMarked;

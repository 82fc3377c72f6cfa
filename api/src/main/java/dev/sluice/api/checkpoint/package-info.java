/** Signed checkpoints of all topics, which prove later that the log was not changed. */
@NullMarked
package dev.sluice.api.checkpoint;

import org.jspecify.annotations.NullMarked;

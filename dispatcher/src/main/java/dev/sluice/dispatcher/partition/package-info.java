/**
 * The loop of one partition of {@code changes}: one thread with one transactional producer, which
 * handles events, schedules evaluations of refs and writes what was decided.
 *
 * <p>{@link dev.sluice.dispatcher.partition.PartitionLoop} is the loop. What a change means is read
 * from Git in {@code evaluate} on virtual threads; what is sent is decided in {@code decide}.
 */
@NullMarked
package dev.sluice.dispatcher.partition;

import org.jspecify.annotations.NullMarked;

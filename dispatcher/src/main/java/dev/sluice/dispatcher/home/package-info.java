/**
 * A home: one partition of {@code changes}, decided about by one thread with one transactional
 * producer.
 *
 * <p>{@link dev.sluice.dispatcher.home.EventDecider}, {@link
 * dev.sluice.dispatcher.home.LookDecider} and {@link dev.sluice.dispatcher.home.HomeMemory} decide
 * and know nothing of Kafka or Git; {@link dev.sluice.dispatcher.home.Look} reads Git on virtual
 * threads; {@link dev.sluice.dispatcher.home.Home} turns the loop.
 */
@NullMarked
package dev.sluice.dispatcher.home;

import org.jspecify.annotations.NullMarked;

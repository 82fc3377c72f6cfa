/**
 * Decisions about events and evaluations, as pure functions over a partition's state. Nothing here
 * reads Git or Kafka.
 */
@NullMarked
package dev.sluice.dispatcher.decide;

import org.jspecify.annotations.NullMarked;

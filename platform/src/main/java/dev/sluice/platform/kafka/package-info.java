/**
 * Kafka code that the components share: topics, connections, consumers without a group, and an
 * embedded broker for standalone mode and tests.
 */
@NullMarked
package dev.sluice.platform.kafka;

import org.jspecify.annotations.NullMarked;

/**
 * Kafka plumbing that the parts share: topics, connections, consumers without a group, and an
 * embedded broker for one process and for tests.
 */
@NullMarked
package dev.sluice.platform.kafka;

import org.jspecify.annotations.NullMarked;

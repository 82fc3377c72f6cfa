/** Kafka plumbing that the parts share: topics, connections, the embedded broker. */
@NullMarked
package dev.sluice.contract.kafka;

import org.jspecify.annotations.NullMarked;

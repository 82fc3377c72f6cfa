/** Publication to Kafka, and the check whether it is possible. */
@NullMarked
package dev.sluice.receiver.publish;

import org.jspecify.annotations.NullMarked;

/** Intake of the fleet: reads its documents and sends changed definitions to the partitions. */
@NullMarked
package dev.sluice.dispatcher.fleet;

import org.jspecify.annotations.NullMarked;

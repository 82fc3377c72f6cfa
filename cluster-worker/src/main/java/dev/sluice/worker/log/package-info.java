/** Reading the cluster's sync topic. */
@NullMarked
package dev.sluice.worker.log;

import org.jspecify.annotations.NullMarked;

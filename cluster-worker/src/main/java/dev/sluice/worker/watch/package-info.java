/** Watches on ledgers and on objects that parked applications wait for. */
@NullMarked
package dev.sluice.worker.watch;

import org.jspecify.annotations.NullMarked;

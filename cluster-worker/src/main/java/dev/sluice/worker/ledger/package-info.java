/** What the worker keeps in the cluster about each application, written by compare-and-swap. */
@NullMarked
package dev.sluice.worker.ledger;

import org.jspecify.annotations.NullMarked;

/**
 * Costs of the receiver compared with a bare server that publishes records of the same size. There
 * are three processes: this one with the broker, the server under test, and the load generator.
 */
@NullMarked
package dev.sluice.benchmarks.receiver;

import org.jspecify.annotations.NullMarked;

/**
 * What the receiver costs beyond a bare server that publishes the same bytes. Three processes: this
 * one with the broker, the server under test, and who sends to it.
 */
@NullMarked
package dev.sluice.benchmarks.receiver;

import org.jspecify.annotations.NullMarked;

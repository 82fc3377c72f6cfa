/**
 * Dispatcher: turns changes into targets. {@link dev.sluice.dispatcher.Dispatcher} starts its
 * parts.
 */
@NullMarked
package dev.sluice.dispatcher;

import org.jspecify.annotations.NullMarked;

/**
 * The dispatcher: from changes to targets. {@link dev.sluice.dispatcher.Dispatcher} is its whole.
 */
@NullMarked
package dev.sluice.dispatcher;

import org.jspecify.annotations.NullMarked;

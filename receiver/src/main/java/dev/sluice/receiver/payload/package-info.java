/**
 * Payloads of the forges: pure functions from the bytes of an authentic request to change events.
 */
@NullMarked
package dev.sluice.receiver.payload;

import org.jspecify.annotations.NullMarked;

/** The events on the topics, and the values in them. */
@NullMarked
package dev.sluice.contract.event;

import org.jspecify.annotations.NullMarked;
